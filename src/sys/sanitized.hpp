// Whether this is a build with a sanitizer, whose run time makes system calls and maps memory of its own.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SALLYPORT_SANITIZED
#endif
#endif

namespace sallyport::sys {

#ifdef SALLYPORT_SANITIZED
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace sallyport::sys
