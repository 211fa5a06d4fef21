// Compiled once for each instruction set (scripts/setup/part-kernels.mjs), with LEVEL naming it. Everything here is static: two levels
// must share no function, or the linker could choose the one that this processor does not have. So no standard library, but for C's.
#include "loops.h"

namespace switchpoint {

#include "blocks.h"
#include "elementary.h"
#include "gated-unit.loops.h"

extern const Loops LEVEL;
const Loops LEVEL = {
    gatedUnitLoop,
    gatedUnitGradientLoop,
};

}  // namespace switchpoint
