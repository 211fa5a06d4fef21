// A few threads of our own, for kernels that would otherwise leave the other cores idle.
#pragma once
#include <cstdint>

namespace switchpoint {

/// How many threads work, the caller's among them. Called once, before any kernel runs.
void startWorkers(int threads);

/// What `startWorkers` was told.
int workerCount();

using Part = void (*)(const void* function, int64_t index);
void runParts(int64_t parts, Part part, const void* function);

/// Calls `function(i)` for i = 0..parts-1, on whatever threads are free. Which thread takes which part is left to chance: a part's
/// result must not depend on it.
template <typename Function>
void eachPart(int64_t parts, const Function& function) {
  runParts(parts, [](const void* f, int64_t index) { (*static_cast<const Function*>(f))(index); }, &function);
}

/// Cuts 0..count into pieces of `piece` and calls `function(from, to)` for each. Pieces depend on nothing but these numbers.
template <typename Function>
void inParts(int64_t count, const Function& function, int64_t piece = 32768) {
  eachPart((count + piece - 1) / piece, [&](int64_t i) {
    const int64_t from = i * piece;
    function(from, from + piece < count ? from + piece : count);
  });
}

}  // namespace switchpoint
