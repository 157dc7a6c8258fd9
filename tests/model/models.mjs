/**
 * The table of Spin models: what must hold, in which sizes, and which mistakes each model must find. A mutant is a
 * model with one mistake switched on; `killedBy` is the property that the model checker then finds broken.
 *
 * scripts/models.mjs runs the rows. A model without a mutant for each of its rules proves nothing about them.
 */

/** @typedef {Record<string, number>} Sizes values of the model's #defines */

/**
 * @typedef {object} Model
 * @property {string} name of the file beside this one, without .pml
 * @property {string} holds what is proved
 * @property {Sizes[]} short exhaustive within seconds
 * @property {Sizes[]} full exhaustive within minutes
 */

/** @type {Model[]} */
export const models = [
  {
    name: 'dirty',
    holds: 'no mark is lost, and each is scanned in the cycle that runs while it returns, or in the next',
    short: [
      { UPDATES: 1, FAILURES: 0 },
      { UPDATES: 1, CYCLES: 2, PER_WORD: 1 },
    ],
    full: [
      { UPDATES: 2, CYCLES: 3, FAILURES: 0, STALE: 0 },
      { UPDATES: 2, CYCLES: 2, FAILURES: 0 },
      { UPDATES: 2, CYCLES: 1, FAILURES: 1 },
      { UPDATES: 1, CYCLES: 3, FAILURES: 2 },
      { UPDATES: 1, CYCLES: 3, PER_WORD: 1 },
    ],
  },
  {
    name: 'mailbox',
    holds: 'one record changes hands between writers and reaches its one reader whole, newest and in order',
    short: [{}],
    full: [{ TAKES: 4, UPDATES: 3 }],
  },
  {
    name: 'wake',
    holds: 'an engine that sleeps has scanned everything, or a writer is about to wake it',
    short: [{ UPDATES: 1 }],
    full: [{ UPDATES: 2 }],
  },
  {
    name: 'ring',
    holds: 'klines that a reader trusts are the ones it asked for, of one revision',
    short: [{}, { MAX_KLINES: 1 }],
    full: [{ MAX_KLINES: 3, APPENDS: 5, REWRITES: 2, READS: 3 }],
  },
  {
    name: 'removal',
    holds: 'a slot that is used again holds nothing of the symbol that was removed, whatever its writers do',
    short: [{}, { WRITERS: 1, WRITES: 3, RENEWALS: 3 }],
    full: [
      { WRITERS: 3, WRITES: 2, RENEWALS: 2 },
      { WRITES: 3, RENEWALS: 3 },
    ],
  },
  {
    name: 'sweep',
    holds:
      'the second look finds every update whose bit was lost, and nothing else, wherever a writer is paused',
    short: [{}],
    full: [{ UPDATES: 4, CYCLES: 6 }],
  },
  {
    name: 'messages',
    holds:
      'a command is carried out once and its caller hears once; in the end the engine has the traders that are wanted',
    short: [
      { COMMANDS: 2 },
      { COMMANDS: 2, CRASHES: 2, REFUSALS: 0, SAYS_HEARD: 0 },
      { REFS: 1, REFUSALS: 0 },
    ],
    full: [{}, { CRASHES: 2, REFUSALS: 0 }, { GIVE_UPS: 2 }, { WINDOW: 1 }],
  },
]

/**
 * @typedef {object} Mutant
 * @property {string} model
 * @property {string} name of the #define
 * @property {string} mistake
 * @property {string} killedBy the property that does not hold any more
 * @property {Sizes} [sizes]
 */

const late = { UPDATES: 1, FAILURES: 0 }
// Without FRESH, what is left is an update that is never scanned at all.
const lost = { ...late, CHECK_FRESH: 0 }

const few = { COMMANDS: 2 }
// Without the queue's leftovers, what is left is an engine that stands elsewhere than it should.
const wrong = { ...few, CHECK_QUEUE: 0 }
const fatal = { ...few, REFS: 1, CRASHES: 2, GIVE_UPS: 0, REFUSALS: 0 }

/** @type {Mutant[]} */
export const mutants = [
  row('dirty', 'BIT_BEFORE_DATA', 'the bit is set before the data is there', 'SAFE', lost),
  row('dirty', 'CLEAR_AFTER_WORK', 'words are read, and cleared when the work is done', 'SAFE', lost),
  row('dirty', 'CLEAR_SEEN_AFTER_WORK', 'the same for the bits seen; epoch read before data', 'FRESH', late),
  row('dirty', 'DRAIN_WITHOUT_RMW', 'a drained word is loaded and stored, not exchanged', 'SAFE', lost),
  row('dirty', 'MARK_WITHOUT_RMW', 'a bit is set by load and store, not by fetch_or', 'SAFE', lost),
  row('dirty', 'NO_PUT_BACK', 'a failed cycle keeps its change set', 'SAFE', { ...lost, FAILURES: 1 }),
  row('dirty', 'NO_RECHECK', 'the epoch is not read again after the bit was set', 'FRESH', late),
  row('dirty', 'RECHECK_BEFORE_BIT', 'the epoch is read again before the bit is set', 'FRESH', late),
  row('dirty', 'RECHECK_OLD_BUFFER', 'when the epoch moved, the old buffer is marked again', 'FRESH', late),
  row('dirty', 'LOOK_BEFORE_SWAP', 'the look that saves an exchange precedes the swap', 'FRESH', late),
  row('dirty', 'DRAIN_BEFORE_SWAP', 'the inactive buffer is drained before the swap', 'FRESH', late),

  row('mailbox', 'SECOND_READER', 'somebody else looks into the middle slot', 'TORN_FREE'),
  row('mailbox', 'PUBLISH_WITHOUT_RMW', 'the writer loads and stores the state', 'ORDER'),
  row('mailbox', 'TAKE_WITHOUT_RMW', 'the reader loads and stores the state', 'FRESH'),
  row('mailbox', 'TAKES_WITHOUT_LOOK', 'the reader exchanges although nothing is fresh', 'FRESH'),
  row('mailbox', 'PUBLISH_BEFORE_DATA', 'the slot is handed over before it is filled', 'FRESH'),
  row('mailbox', 'WRITES_THE_PUBLISHED_SLOT', 'the writer fills the slot it has given away', 'TORN_FREE'),
  row('mailbox', 'COPIES_FROM_THE_MIDDLE', 'kept fields are copied from the middle slot', 'TORN_FREE'),
  row('mailbox', 'INDEX_NOT_SHARED', 'each writer keeps the private slot to itself', 'ORDER'),
  row('mailbox', 'NO_CLAIM', 'two writers at once', 'TORN_FREE'),
  row('mailbox', 'VERSION_BEFORE_PUBLISH', 'the version is counted before the hand-over', 'FRESH'),

  row('wake', 'LOOK_BEFORE_IDLE', 'the engine looks at the buffers, then sets idle', 'WAKE', { UPDATES: 1 }),
  row('wake', 'LOOK_AT_INACTIVE_ONLY', 'the engine looks at one buffer', 'WAKE', { UPDATES: 1 }),
  row('wake', 'IDLE_BEFORE_BIT', 'the writer looks at idle before it sets the bit', 'WAKE', { UPDATES: 1 }),
  row('wake', 'NO_NOTIFY', 'idle is taken away and nobody is notified', 'WAKE', { UPDATES: 1 }),
  row('wake', 'NOTIFY_BEFORE_CLEAR', 'the notification comes before idle is 0', 'WAKE', { UPDATES: 1 }),
  row('wake', 'SLEEP_WITHOUT_COMPARE', 'the engine sleeps whatever idle is by now', 'WAKE', { UPDATES: 1 }),

  row('ring', 'NO_SPARE_ENTRY', 'the ring has no entry beyond maxKlines', 'TORN_FREE'),
  row('ring', 'NO_LAPPED_CHECK', 'the count is not looked at after the copy', 'TORN_FREE'),
  row('ring', 'LAPPED_ONE_TOO_LATE', 'one kline too many is trusted', 'TORN_FREE'),
  row('ring', 'LOOKS_BEFORE_THE_COPY', 'count and revision are looked at before the copy', 'TORN_FREE'),
  row('ring', 'NO_REVISION_CHECK', 'the revision is not looked at after the copy', 'TORN_FREE'),
  row('ring', 'REVISION_STAYS_EVEN', 'a rewrite moves the revision only at its end', 'TORN_FREE'),
  row('ring', 'READS_WHILE_ODD', 'a reader begins in the middle of a rewrite', 'TORN_FREE'),
  row('ring', 'COUNT_BEFORE_DATA', 'closedCount is stored before the kline', 'TORN_FREE'),

  row('removal', 'LOOK_BEFORE_WORD', 'a writer looks at the generation, then says what it writes', 'CLEAN'),
  row('removal', 'NO_LOOK', 'a writer trusts its key', 'CLEAN'),
  row('removal', 'LEAVE_BEFORE_END', 'the word is taken back before the last store', 'CLEAN'),
  row('removal', 'STORES_BEHIND_THE_MARK', 'the record is stored in after the mark', 'CLEAN'),
  row('removal', 'LOOK_BEFORE_BUMP', 'the removal looks at the words, then moves the generation', 'CLEAN'),
  row('removal', 'NO_WAIT', 'the removal does not look at the words', 'CLEAN'),
  row('removal', 'NO_RESET', 'the slot is given away as it is', 'CLEAN'),

  row('sweep', 'NO_LOOK', 'the sweep notes any version', 'QUIET'),
  row('sweep', 'LOOK_BEFORE_VERSION', 'the sweep looks who writes, then at the version', 'QUIET'),
  row('sweep', 'VERSION_BEFORE_WORD', 'a writer counts the version, then says what it writes', 'QUIET'),
  row('sweep', 'LEAVE_BEFORE_MARK', 'the word is taken back before the mark', 'QUIET'),
  row('sweep', 'VERIFY_TOO_EARLY', 'the sweep verifies after one cycle', 'QUIET'),
  row('sweep', 'NO_VERIFY', 'the sweep verifies nothing', 'FOUND'),
  row('sweep', 'NOT_MARKED_AGAIN', 'what was found is not marked again', 'FOUND'),

  row('messages', 'NO_DEDUP', 'the worker carries a duplicate out again', 'ONCE', few),
  row('messages', 'OUT_OF_ORDER', 'the worker does not wait for a missing command', 'ONCE', few),
  row('messages', 'OWN_ANSWER_TO_DUPLICATES', 'a duplicate is answered with ok', 'OUTCOME', few),
  row('messages', 'NO_ANSWER_TO_DUPLICATES', 'a duplicate is passed over', 'SETTLED', few),
  row('messages', 'ANSWERS_BELOW_WINDOW', 'fewer answers are kept than may be lost', 'OUTCOME', few),
  row('messages', 'FORGETS_ALL_BEFORE', 'a command lets go of the answers to all before it', 'OUTCOME', few),
  row('messages', 'HEARD_COUNTS_EARLY', 'answers that came before older ones count as heard', 'OUTCOME', few),
  row('messages', 'HEARD_OVER_LIVES', 'what the dead worker answered counts as heard', 'OUTCOME', few),
  row('messages', 'QUEUE_BELOW_WINDOW', 'the queue takes less than the client may send', 'SETTLED', few),
  row('messages', 'SETTLES_WHEN_BUSY', 'the client takes E_BACKPRESSURE for the answer', 'OUTCOME', {
    ...few,
    QUEUE_BELOW_WINDOW: 1,
  }),
  row('messages', 'NO_RESEND', 'nothing is sent again', 'SETTLED', few),
  row('messages', 'RESENDS_UNDER_NEW_IDS', 'what is sent again gets the next seq', 'ONCE', few),
  row('messages', 'ANSWERS_OUT_OF_ORDER', 'answers are handed on as they come', 'WANTED', few),
  row('messages', 'SETTLES_TWICE', 'a call that was given up settles again', 'OUTCOME', few),
  row('messages', 'NO_REPLAY', 'the next worker is not told the journal', 'WANTED', few),
  row('messages', 'CALLS_BEFORE_REPLAY', 'the journal comes behind the carried calls', 'WANTED', few),
  row('messages', 'CARRIES_BACKWARDS', 'carried calls change their order', 'ONCE', few),
  row('messages', 'DROPS_UNANSWERED', 'calls without an answer are not carried', 'SETTLED', few),
  row('messages', 'ID_REUSE', 'the next worker has the same incarnation', 'WANTED', wrong),
  row('messages', 'WORKER_TAKES_ANY_INCARNATION', 'the worker takes messages of all lives', 'WANTED', wrong),
  row('messages', 'CLIENT_TAKES_ANY_INCARNATION', 'the client takes answers of all lives', 'OUTCOME', few),
  row('messages', 'JOURNAL_TAKES_REFUSED', 'a refused command enters the journal', 'WANTED', few),
  row('messages', 'JOURNAL_BEFORE_ANSWER', 'a command enters the journal when it is sent', 'WANTED', few),
  row('messages', 'LATE_ANSWER_IGNORED', 'an answer after the deadline is not noted', 'WANTED', few),
  row('messages', 'NO_COMPENSATION', 'an ADD_TRADER given up is not taken back', 'WANTED', few),
  row('messages', 'COMPENSATION_REFUSED', 'taking it back may be refused: too many calls', 'WANTED', few),
  row('messages', 'FORGETS_REMOVALS', 'a removal given up is not carried', 'WANTED', few),
  row('messages', 'POISON_NOT_NOTED', 'a poisoned removal does not enter the journal', 'WANTED', fatal),
  row('messages', 'POISON_LEAVES_ADD', 'a poisoned removal leaves its ADD_TRADER waiting', 'WANTED', fatal),
]

/**
 * @param {string} model
 * @param {string} name
 * @param {string} mistake
 * @param {string} killedBy
 * @param {Sizes} [sizes]
 * @returns {Mutant}
 */
function row(model, name, mistake, killedBy, sizes = {}) {
  return { model, name, mistake, killedBy, sizes }
}
