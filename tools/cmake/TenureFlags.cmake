# Compiler flags that every target shares. Kernels add their instruction set (TenureLayers.cmake).
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_library(tenure_flags INTERFACE)
target_compile_definitions(tenure_flags INTERFACE _GNU_SOURCE)
# Contracting a*b+c would make instruction sets disagree in the last bit.
target_compile_options(tenure_flags INTERFACE
    -ffp-contract=off -fno-math-errno -fvisibility=hidden
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
    -Wundef -Wvla -Wdouble-promotion -Wcast-align -Wwrite-strings)
if(TENURE_WERROR)
    target_compile_options(tenure_flags INTERFACE -Werror)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(tenure_flags INTERFACE -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
    target_link_options(tenure_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
if(TENURE_SANITIZE)
    target_compile_options(tenure_flags INTERFACE -fsanitize=${TENURE_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(tenure_flags INTERFACE -fsanitize=${TENURE_SANITIZE})
    if(TENURE_SANITIZE MATCHES "undefined")
        target_compile_options(tenure_flags INTERFACE -fno-sanitize-recover=undefined)
    endif()
endif()
if(TENURE_FUZZ)
    target_compile_options(tenure_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
