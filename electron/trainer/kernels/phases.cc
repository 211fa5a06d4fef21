#include "phases.h"
#include <thread>
#include "workers.h"

namespace switchpoint {

namespace {

/// Waits a little longer at each turn, so that a thread whose core was taken away can have this one.
inline void pause(int turn) {
  if (turn < 2000)
    __builtin_ia32_pause();
  else
    std::this_thread::yield();
}

}  // namespace

void Phases::work(uint64_t phase) {
  for (;;) {
    uint64_t seen = ticket_.load();
    if (seen >> 32 != phase || static_cast<int64_t>(seen & below) >= pieces_.load()) return;
    const Piece piece = piece_.load();
    const void* task = task_.load();
    // Succeeds only if the phase is still the one whose piece was read.
    if (!ticket_.compare_exchange_weak(seen, seen + 1)) continue;
    piece(task, static_cast<int64_t>(seen & below));
    undone_.fetch_sub(1);
  }
}

void Phases::share(int64_t pieces, Piece piece, const void* task) {
  const uint64_t phase = (ticket_.load() >> 32) + 1;
  piece_.store(piece);
  task_.store(task);
  pieces_.store(pieces);
  undone_.store(pieces);
  ticket_.store(phase << 32);
  work(phase);
  for (int turn = 0; undone_.load() > 0; turn++) pause(turn);
  ticket_.store(phase << 32 | closed);
}

void Phases::help() {
  for (int turn = 0; !over_.load(); turn++) {
    const uint64_t seen = ticket_.load();
    if ((seen & closed) != 0 || static_cast<int64_t>(seen & below) >= pieces_.load()) {
      pause(turn);
      continue;
    }
    work(seen >> 32);
    turn = 0;
  }
}

void Phases::runOn(void (*lead)(const void*, Phases&), const void* function) {
  Phases phases;
  // The first part is taken first: whoever has another finds a leader, or one that is done.
  eachPart(workerCount(), [&](int64_t part) {
    if (part > 0) return phases.help();
    lead(function, phases);
    phases.over_.store(true);
  });
}

}  // namespace switchpoint
