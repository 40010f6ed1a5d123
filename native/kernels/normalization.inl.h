// Normalisation of each image by itself.

#include "group-normalization.inl.h"
#include "response-normalization.inl.h"
#include "row-normalization.inl.h"

constexpr NormalizationKernels kNormalizationKernels = {
    {normalize_rows},
    {normalize_rows_backward},
    {band_moments, [](const BandMoments& m) { return channel_scratch_floats(m.first); }},
    {band_gradient_sums, [](const BandGradientSums& s) { return channel_scratch_floats(s.first); }},
    {group_coefficients},
    {group_gradient_coefficients},
    {response_forward, response_scratch_floats<ResponseForward>},
    {response_backward, response_scratch_floats<ResponseBackward>},
};
