// The numbers that plans and kernels share. They stand in one file, which is TypeScript and, read like this, C++.
#pragma once

#define export constexpr long
#include "../src/kernels/constants.ts"
#undef export
