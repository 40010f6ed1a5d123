// Lets an addon that was compiled with a new glibc load with an old one: libstdc++'s shared_ptr asks `__libc_single_threaded`, which glibc has
// since 2.32 alone, whether it can do without atomic instructions. With worker threads it never can.
#if defined(__linux__)
extern "C" __attribute__((visibility("hidden"))) char __libc_single_threaded = 0;
#endif
