# Third-party libraries under short names: lib_<name>. A module names the ones it uses; headers of the others
# may be on the system path, which test/tools/third_party_headers.py watches.

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(pugixml REQUIRED)
find_package(tl-expected REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(CAPNG REQUIRED IMPORTED_TARGET libcap-ng)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(TOMLPP REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(MNL REQUIRED IMPORTED_TARGET libmnl)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
# x86-64 only, and without a pkg-config file (Debian's libipsec-mb-dev).
find_library(IPSEC_MB IPSec_MB)
pkg_check_modules(CRYPT REQUIRED IMPORTED_TARGET libcrypt)

# Asio and Beast are compiled once, here, instead of in every file that includes them.
add_library(boost_compiled STATIC cmake/boost.cpp)
target_link_libraries(boost_compiled PUBLIC Boost::headers Threads::Threads)
target_compile_definitions(
  boost_compiled PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                        BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_REGEX)

function(library name)
  add_library(lib_${name} INTERFACE)
  target_link_libraries(lib_${name} INTERFACE ${ARGN})
endfunction()

library(boost boost_compiled)
library(json Boost::json)
library(openssl OpenSSL::SSL OpenSSL::Crypto)
if(IPSEC_MB)
  library(ipsec-mb ${IPSEC_MB})
  # Its header aligns for LINUX only.
  target_compile_definitions(lib_ipsec-mb INTERFACE SALLYPORT_IPSEC_MB=1 LINUX)
else()
  message(STATUS "libipsec-mb is not there: OpenSSL does all of the data path's cryptography")
  library(ipsec-mb)
endif()
library(fmt fmt::fmt tl::expected)
library(pugixml pugixml::pugixml)
library(seccomp PkgConfig::SECCOMP)
library(cap-ng PkgConfig::CAPNG)
library(systemd PkgConfig::SYSTEMD)
library(tomlplusplus PkgConfig::TOMLPP)
library(mnl PkgConfig::MNL)
library(sqlite PkgConfig::SQLITE)
library(crypt PkgConfig::CRYPT)
library(cli11 CLI11::CLI11)
