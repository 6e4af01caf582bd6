# Makes mistakes, and prints what is said of each: JSON, by the number of the file in tests/docs/messages.
import json
import re
import sys
import warnings


def tell(version, made):
    told = {}
    for at, make in enumerate(made):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            try:
                make()
                said = "\n".join(f"{it.category.__name__}: {it.message}" for it in seen if it.category is not DeprecationWarning)
            except Exception as error:
                said = f"{type(error).__name__}: {error}"
        told[f"{at + 1:02}"] = re.sub("\x1b\\[[0-9;]*m", "", said).strip()
    json.dump({"version": version, "told": told}, sys.stdout, indent=2)
