// Questions about machines that the cloud takes back: a page about spot must come first. Usage: spot.mjs INDEX_DIR
import { corpus, spotQuestions, withPages } from './cases.mjs';
import { search } from './retrieval.mjs';

// The questions with what came first; `fits`: it is one of the pages that the label names.
export const spotAnswers = (dir) => {
  const list = withPages(spotQuestions(), corpus()), said = search(dir, list.map((q) => q.question));
  return list.map((q, i) => {
    const first = said[i].results[0]?.id ?? 'nothing';
    return { ...q, first, fits: q.right.has(first) };
  });
};

if (process.argv[1]?.endsWith('spot.mjs')) {
  const list = spotAnswers(process.argv[2]), wrong = list.filter((q) => !q.fits);
  for (const q of wrong) console.log(`spot: ${q.id} "${q.question}": ${q.first} is first`);
  console.log(`spot: a page about spot is first for ${list.length - wrong.length} of ${list.length} questions`);
  process.exitCode = wrong.length === 0 && list.length >= 30 ? 0 : 1;
}
