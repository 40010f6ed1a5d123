// What becomes of parameters: their first values, their gradients' sums, their update.

#include "draws.inl.h"
#include "reduction.inl.h"
#include "sgd.inl.h"
#include "weights.inl.h"

constexpr ParameterKernels kParameterKernels = {
    {draw_normal}, {draw_uniform}, {reduce_partials}, {sgd_update}, {measure_change}, {average_weights},
};
