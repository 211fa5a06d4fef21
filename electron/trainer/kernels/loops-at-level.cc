// Compiled once for each instruction set (scripts/setup/part-kernels.mjs), with LEVEL naming it. Everything here is static: two levels
// must share no function, or the linker could choose the one that this processor does not have. So no standard library, but for C's.
#include <math.h>
#include "loops.h"

namespace switchpoint {

#include "blocks.h"
#include "elementary.h"
#include "adamw.loops.h"
#include "gated-unit.loops.h"
#include "heads.loops.h"
#include "log-probability.loops.h"
#include "norm.loops.h"
#include "softmax.loops.h"
#include "lanes.h"
#include "decoder.loops.h"

extern const Loops LEVEL;
const Loops LEVEL = {
    gatedUnitLoop,
    gatedUnitGradientLoop,
    normLoop,
    normGradientLoop,
    headsLoop,
    headsGradientLoop,
    causalSoftmaxLoop,
    causalSoftmaxGradientLoop,
    logProbabilityLoop,
    logProbabilityGradientLoop,
    adamwLoop,
    {rowsTogether, embedRow, normRow, productPiece, attendPiece, chooseRow},
};

}  // namespace switchpoint
