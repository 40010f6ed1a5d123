// Lets an addon that was compiled with a new compiler load with an old libc and libstdc++.
#include <cstdlib>

#if defined(__linux__)
// Whether shared_ptr can do without atomic instructions, which glibc has since 2.32 alone. With worker threads it never can.
extern "C" __attribute__((visibility("hidden"))) char __libc_single_threaded = 0;
#endif

#if defined(__GLIBCXX__)
// What vectors of GCC 11 and later call for more elements than there are addresses. libstdc++ has it since then.
namespace std {
[[noreturn]] __attribute__((visibility("hidden"))) void __throw_bad_array_new_length() { abort(); }
}  // namespace std
#endif
