// A task of many short phases, each shared out over the threads: a decoding step has some thirty, of 20 to 100 microseconds each.
#pragma once
#include <atomic>
#include <cstdint>

namespace switchpoint {

/// The threads that meet for one task. They look for the next phase without sleeping; whoever comes late, or not at all, is not waited for.
class Phases {
 public:
  using Piece = void (*)(const void* task, int64_t piece);

  /// Runs `lead` on one thread, which calls `share` for each phase; other threads of the pool help. Returns when it is done.
  template <typename Lead>
  static void run(const Lead& lead) {
    runOn([](const void* l, Phases& phases) { (*static_cast<const Lead*>(l))(phases); }, &lead);
  }

  /// One phase: does pieces 0..pieces-1, in any order, and returns when all are done.
  void share(int64_t pieces, Piece piece, const void* task);

 private:
  static void runOn(void (*lead)(const void*, Phases&), const void* function);
  void help();
  void work(uint64_t phase);

  // The phase's number above, the next piece below: a thread that is late by a phase cannot take a piece of it.
  std::atomic<uint64_t> ticket_{closed};
  std::atomic<int64_t> pieces_{0}, undone_{0};
  std::atomic<Piece> piece_{nullptr};
  std::atomic<const void*> task_{nullptr};
  std::atomic<bool> over_{false};

  static constexpr uint64_t closed = 0x80000000u;  // between two phases
  static constexpr uint64_t below = 0xffffffffu;
};

}  // namespace switchpoint
