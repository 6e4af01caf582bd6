import { asNumber, asVariable, type Dim } from "../../dims/dim.ts";

/** How many channels images have that nobody has convolved yet: grey, colours, and these with their opacity. */
const channelsOfImages: ReadonlySet<number> = new Set([1, 3, 4]);
/** From so many rows and columns on numbers are the sizes of an image: of a square one, and of any. */
const [leastSquare, leastSide] = [16, 32];

/**
 * Whether the shape of an image seems to be [batch, channels, height, width]: few channels, and behind them two sizes that
 * are large, or of which the last is open. A size that is open is no number of channels, of which layers make parameters.
 */
export function seemsChannelsFirst(shape: readonly Dim[]): boolean {
  const [batch, channels, height, width, ...more] = shape;
  if (batch === undefined || channels === undefined || height === undefined || width === undefined || more.length > 0)
    return false;
  if (!channelsOfImages.has(asNumber(channels) ?? 0)) return false;
  const [tall, wide] = [asNumber(height), asNumber(width)];
  const least = tall === wide ? leastSquare : leastSide;
  if (wide === undefined) return asVariable(width) !== undefined && (tall === undefined || tall >= leastSquare);
  return tall !== undefined && tall >= least && wide >= least;
}
