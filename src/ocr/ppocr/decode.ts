export interface Decoded {
  text: string;
  /** Mean probability of the characters; 0 without any. */
  confidence: number;
  /** The time step at which each character (a UTF-16 unit of `text`, all of the dictionary's are one) is strongest. */
  steps: number[];
}

/**
 * Best path of connectionist temporal classification: the likeliest class at each of `steps` time steps, repeats merged, class 0
 * (the blank) dropped. `probabilities` is row-major, `alphabet[i]` is class i + 1.
 */
export function decodeCtc(probabilities: Float32Array, steps: number, alphabet: string[]): Decoded {
  const classes = alphabet.length + 1;
  const at: number[] = [];
  let text = '';
  let total = 0;
  let previous = 0;
  let strongest = 0;
  for (let step = 0; step < steps; step++) {
    const offset = step * classes;
    let best = 0;
    for (let i = 1; i < classes; i++) if (probabilities[offset + i]! > probabilities[offset + best]!) best = i;
    const probability = probabilities[offset + best]!;
    if (best !== 0 && best !== previous) {
      text += alphabet[best - 1]!;
      at.push(step);
      total += probability;
      strongest = probability;
    } else if (best !== 0 && probability > strongest) {
      at[at.length - 1] = step;
      strongest = probability;
    }
    previous = best;
  }
  return { text, confidence: at.length === 0 ? 0 : total / at.length, steps: at };
}
