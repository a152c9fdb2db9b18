/** Gets an answer to each question of `init`: from an option, from a person at a terminal, or what is proposed. */
import { parseConfig } from '../../infra/config/config.ts';
import { ConfigError } from '../../infra/config/mistakes.ts';
import { untilTheEnd } from '../terminal/ending.ts';
import { UserError } from '../terminal/user-error.ts';
import { type Answers, configurationOf, QUESTIONS, type Question } from './questions.ts';

interface Ways {
  /** Whether whatever isn't said is as proposed. */
  takesProposals: boolean;
  /** Whether there is somebody to ask. */
  isTerminal: boolean;
}

/** Good ones, in the place of those that are still to come. */
const STAND_INS: Answers = {
  'source-account': '111111111111',
  'source-region': 'us-east-1',
  'source-bucket': 'a-source-bucket',
  'destination-account': '222222222222',
  'destination-region': 'us-east-1',
  'destination-bucket': 'a-destination-bucket',
  'external-id': 'an-external-id',
};

/** @throws UserError naming the option of what nobody says */
export async function answersOf(given: Answers, ways: Ways): Promise<Answers> {
  const answers: Answers = {};
  for (const question of QUESTIONS) {
    const { name, propose } = question;
    const proposed = propose?.(answers);
    answers[name] = given[name] ?? (await answerTo(question, proposed, answers, ways));
  }
  return answers;
}

async function answerTo(
  question: Question,
  proposed: string | boolean | undefined,
  answers: Answers,
  { takesProposals, isTerminal }: Ways,
): Promise<string | boolean> {
  if (proposed !== undefined && (takesProposals || (!isTerminal && typeof proposed === 'boolean'))) return proposed;
  if (isTerminal && !takesProposals) return askFor(question, proposed, answers);
  const yes = proposed === undefined ? '' : `, or --yes for ${JSON.stringify(proposed)}`;
  throw new UserError(`--${question.name} is missing, and without a terminal nobody can be asked: say it${yes}.`);
}

async function askFor(
  question: Question,
  proposed: string | boolean | undefined,
  answers: Answers,
): Promise<string | boolean> {
  // Standard output is for what is made.
  const { confirm, isCancel, text } = await import('@clack/prompts');
  const common = { message: question.ask, output: process.stderr };
  const answer =
    typeof proposed === 'boolean'
      ? await confirm({ ...common, initialValue: proposed })
      : await text({
          ...common,
          ...(proposed && { initialValue: proposed }),
          validate: (value) => problemWith(question, { ...answers, [question.name]: value ?? '' }),
        });
  if (!isCancel(answer)) return answer ?? '';
  // The prompt has taken Ctrl-C for itself.
  process.emit('SIGINT');
  return untilTheEnd();
}

/** What the synthesis would say of this field. */
export function problemWith({ path }: Question, answers: Answers): string | undefined {
  try {
    parseConfig(configurationOf({ ...STAND_INS, ...answers }));
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const own = error.mistakes.find((mistake) => path.every((key, index) => `${String(mistake.path[index])}` === key));
    return own?.sentence;
  }
}
