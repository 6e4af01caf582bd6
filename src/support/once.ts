/** A function that is called once for each thing that it is given. */
export function once<Given, Made>(make: (given: Given) => Made): (given: Given) => Made {
  const made = new Map<Given, { readonly made: Made }>();
  return (given) => {
    const known = made.get(given) ?? { made: make(given) };
    made.set(given, known);
    return known.made;
  };
}
