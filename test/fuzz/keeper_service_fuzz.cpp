// What a gateway gone bad may ask of the keeper: each request has an answer of limited size, a signature only
// of a digest's or message's, and whatever is decrypted is 48 bytes.
#include <cstdlib>

#include "keeper/service.hpp"

using namespace sallyport;

namespace {

// openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt
constexpr std::string_view ec_key = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSaaJGWkIbKBkcFe1
PAGJdiDQtwvIa7oZLRCkNCWnqDKhRANCAAQdcZUCR20mnB3JYKZ94D0GKIVkAYzX
nh5vmgoJjdBjiVPRFu5YCMp4V2SjX9uZHHFN+ncV9mhSrnZGsaoAD1n4
-----END PRIVATE KEY-----
)";
// openssl genrsa 1024
constexpr std::string_view rsa_key = R"(-----BEGIN PRIVATE KEY-----
MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAN+2Tqkxc2Ko2Tg0
E7CxrSkgl7KR9mxNM7thrSZSZVaxwM9t6JSnhhKvuzmhhxj4Ye3idZcgedYd6V4Z
O1Jz2ziWj/XurcrgJnKxEszTNMeyN5e+xYFEqRegCWwdyVO6GO2k8BrSdMPOTR00
9pyh+CJdC6DQ0b51d+P4h6guFHn9AgMBAAECgYA6zSZ73l2fzxXZagbK6MjFCKYW
77q/2MMCO7hRXFL6qJova4o4mJfrDXm+ujBSZecHqgCSipy7pP0UGLm5AG7cQQED
44uYV/FFMkUErsn5LV0WJkMgfgA8uGnQL8GnVeTiIIb2v+PJPc+fxjit+q//UzI0
MOw6dup9SSzqofGlQQJBAPiuQSqLn2Rbamze4qkNHg9cVvpzUZ6tRZkWIgiRpQg1
NifKFxrO87Q/HxRquo2Zgp2hYCdhf+S8qeCXuUJemjUCQQDmS+vNzQvWAbRtEWwk
4mFFjbbVmb8pYEWUH9Wi79OtKQ8enVx0w5uWjKV/NLQ6JbSJJhQIGTI+RFV5EUFM
e5mpAkEAwT03KkZgz20x3/O6kb69sxYACJH/xJvET1chjyMN6Ljgoj6pgY17Vn8O
OaFN4aZ+FttFipR6+1WXdAyySt6UWQJBALslDR1zuF+TiRRs6Q3cLSHBdMeFpjOw
eTpS2GANNl3sFM5TIFP+tUwVRVPm92KdS2V8XSDroMm67B5zKDZH5ukCQHwKxtam
qk6wnjyjgYNEvBIpmCB7AbyjZ6iVBiIZQcVvS4OqWF909sSKEK7KP+6wRV0WgQub
6I9ziKzdPPMmbYE=
-----END PRIVATE KEY-----
)";

keeper::Service open_service() {
  auto service = or_throw(keeper::Service::open());
  for (const auto key : {ec_key, rsa_key}) or_throw(service.add(Secret(key)));
  return service;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto& service = *new keeper::Service(open_service());
  const auto request = proto::KeeperRequest::parse({data, size});
  if (!request) return 0;
  const auto answer = service.answer(*request);
  if (answer.id != request->id) std::abort();
  if (!answer.ok && !answer.output.empty()) std::abort();
  if (!answer.ok) return 0;
  constexpr std::size_t premaster = 48;
  const bool decrypts = request->operation == proto::KeeperOperation::decrypt_premaster;
  if (request->key > 1 || (decrypts && answer.output.size() != premaster)) std::abort();
  if (!proto::KeeperAnswer::parse(answer.serialize())) std::abort();
  return 0;
}
