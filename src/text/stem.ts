import { stemmer } from 'stemmer';

/** One spelling for both sides of the Atlantic: colour, organise, analyse, centre, travelled, oestrogen. */
function american(word: string): string {
  if (word.length < 6) return word;
  return word
    .replace(/ae/g, 'e')
    .replace(/oe(?=[a-z]{2})/g, 'e')
    .replace(/our(s|ed|ing|al|ally|able|ful|less|ist|ite|ites|ation|hood)?$/, 'or$1')
    .replace(/is(e|es|ed|ing|ation|ations|ational|er|ers)$/, 'iz$1')
    .replace(/ys(e|es|ed|ing|er|ers)$/, 'yz$1')
    .replace(/tre(s|d)?$/, 'ter$1')
    .replace(/([aeiou][a-z]*e)ll(ed|ing|er|ers)$/, '$1l$2');
}

/** Porter's stem of a lower-case word; what is not plain Latin letters stays as it is. */
export const stem = (word: string): string =>
  word.length > 2 && /^[a-z]+$/.test(word) ? stemmer(american(word)) : word;
