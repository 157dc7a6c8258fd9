/**
 * The table of Relacy programs and of the mistakes that they must find. A mistake is a #define of
 * product_atomics.h, which weakens many accesses, or one change of the product's own source: `find` must stand in
 * `file` exactly once, so that a row cannot outlive the line it is about. scripts/relacy.mjs runs the rows.
 */

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} explores
 * @property {number} bound preemptions in the long run, of which all executions are tried
 */

/** @type {Program[]} */
export const programs = [
  { name: 'mailbox', explores: 'hand-over between writers, publish and take on a plain payload', bound: 3 },
  { name: 'dirty_tracker', explores: 'write, mark, swap, drain, take and idle of two records', bound: 3 },
  { name: 'kline_ring', explores: 'appends and a rewrite beside checked reads', bound: 2 },
]

const tracker = 'src/base/dirty_tracker.cpp'
const mailbox = 'src/base/mailbox.h'
const ring = 'src/market/kline_ring.cpp'

/**
 * @typedef {object} Mutant
 * @property {string} program
 * @property {string} mistake
 * @property {string} [define]
 * @property {string} [file]
 * @property {string} [find]
 * @property {string} [replace]
 */

/** @type {Mutant[]} */
export const mutants = [
  { program: 'mailbox', mistake: 'no access releases', define: 'WEAK_RELEASE' },
  { program: 'mailbox', mistake: 'no access acquires', define: 'WEAK_ACQUIRE' },
  {
    program: 'mailbox',
    mistake: 'publish does not acquire the slot that it gets back',
    file: mailbox,
    find: 'state.exchange(mine | kFresh, std::memory_order_acq_rel)',
    replace: 'state.exchange(mine | kFresh, std::memory_order_release)',
  },
  {
    program: 'mailbox',
    mistake: 'publish does not release the slot that it gives away',
    file: mailbox,
    find: 'state.exchange(mine | kFresh, std::memory_order_acq_rel)',
    replace: 'state.exchange(mine | kFresh, std::memory_order_acquire)',
  },
  {
    program: 'mailbox',
    mistake: 'take does not release the slot that it gives back',
    file: mailbox,
    find: 'state.exchange(slot, std::memory_order_acq_rel)',
    replace: 'state.exchange(slot, std::memory_order_acquire)',
  },
  {
    program: 'mailbox',
    mistake: 'take does not acquire the slot that it gets',
    file: mailbox,
    find: 'state.exchange(slot, std::memory_order_acq_rel)',
    replace: 'state.exchange(slot, std::memory_order_release)',
  },
  {
    program: 'mailbox',
    mistake: 'the version does not come after the data',
    file: mailbox,
    find: 'version.store(static_cast<int32_t>(next), std::memory_order_release)',
    replace: 'version.store(static_cast<int32_t>(next), std::memory_order_relaxed)',
  },
  { program: 'dirty_tracker', mistake: 'no access releases', define: 'WEAK_RELEASE' },
  { program: 'dirty_tracker', mistake: 'no access acquires', define: 'WEAK_ACQUIRE' },
  { program: 'dirty_tracker', mistake: 'nothing is sequentially consistent', define: 'WEAK_SEQ_CST' },
  {
    program: 'dirty_tracker',
    mistake: 'the epoch is not read again',
    file: tracker,
    find: 'if (after != before) {',
    replace: 'if (false) {',
  },
  {
    program: 'dirty_tracker',
    mistake: 'the second look at the epoch is relaxed',
    file: tracker,
    find: 'const int32_t after = control_->epoch.load(std::memory_order_seq_cst)',
    replace: 'const int32_t after = control_->epoch.load(std::memory_order_relaxed)',
  },
  {
    program: 'dirty_tracker',
    mistake: 'a drained word is loaded and stored instead of exchanged',
    file: tracker,
    find: 'target.exchange(0, std::memory_order_seq_cst)',
    replace: '[&] { const auto was = target.load(); target.store(0); return was; }()',
  },
  {
    program: 'dirty_tracker',
    mistake: 'the look at idle is relaxed',
    file: tracker,
    find: 'control_->idle.load(std::memory_order_seq_cst)',
    replace: 'control_->idle.load(std::memory_order_relaxed)',
  },
  {
    program: 'dirty_tracker',
    mistake: 'idle is set after the look at the words',
    file: tracker,
    find: 'control_->idle.store(1, std::memory_order_seq_cst);',
    replace:
      'struct Late { DirtyControl* c; ~Late() { c->idle.store(1, std::memory_order_seq_cst); } } late{control_};',
  },
  { program: 'kline_ring', mistake: 'no access releases', define: 'WEAK_RELEASE' },
  { program: 'kline_ring', mistake: 'no access acquires', define: 'WEAK_ACQUIRE' },
  {
    program: 'kline_ring',
    mistake: 'doubles are relaxed, and the count is loaded instead of exchanged',
    file: ring,
    find: 'record_->closed_count.fetch_add(0, std::memory_order_acq_rel)',
    replace: 'record_->closed_count.load(std::memory_order_acquire)',
    define: 'WEAK_DOUBLES',
  },
  {
    program: 'kline_ring',
    mistake: 'the count does not publish the kline',
    file: ring,
    find: 'record_->closed_count.store(static_cast<int32_t>(n + 1), std::memory_order_release)',
    replace: 'record_->closed_count.store(static_cast<int32_t>(n + 1), std::memory_order_relaxed)',
  },
  {
    program: 'kline_ring',
    mistake: 'the revision is not looked at again',
    file: ring,
    find: 'return Read::rewritten;',
    replace: '{}',
  },
  {
    program: 'kline_ring',
    mistake: 'one kline too many is trusted',
    file: ring,
    find: 'count - n - 1 < max_klines()',
    replace: 'count - n - 1 <= max_klines()',
  },
]
