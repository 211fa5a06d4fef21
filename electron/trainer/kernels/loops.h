// The inner loops of all kernels, compiled once for each instruction set; `loops()` is the best set this processor has.
#pragma once
#include "elements.h"

namespace switchpoint {

struct Loops {
  /// unit[i] = gate[i] σ(gate[i]) up[i] for i from `from` to `to`.
  void (*gatedUnit)(In gate, In up, Out unit, int64_t from, int64_t to);
  /// The gradients of gate and up from that of the unit.
  void (*gatedUnitGradient)(In dUnit, In gate, In up, Out dGate, Out dUp, int64_t from, int64_t to);
};

const Loops& loops();

}  // namespace switchpoint
