#include "tls/datagram_bio.hpp"

#include <algorithm>
#include <memory>

#include <openssl/bio.h>

namespace sallyport::tls {

namespace {

Datagrams& datagrams_of(BIO* bio) {
  return *static_cast<Datagrams*>(BIO_get_data(bio));
}

int read_datagram(BIO* bio, char* into, int room) {
  auto& datagram = datagrams_of(bio).incoming;
  BIO_clear_retry_flags(bio);
  if (datagram.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  // Longer than OpenSSL's buffer: cut, as recv() does.
  const auto part = datagram.first(std::min(datagram.size(), static_cast<std::size_t>(room)));
  std::ranges::copy(part, into);
  datagram = {};
  return static_cast<int>(part.size());
}

int write_datagram(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  const ByteView datagram(reinterpret_cast<const std::uint8_t*>(from), static_cast<std::size_t>(size));
  datagrams_of(bio).sent.note(datagram);
  datagrams_of(bio).put(datagram);
  return size;
}

// OpenSSL asks for the path's MTU and the like, too: those answers are in the SSL.
long control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP ? 1 : 0;
}

struct FreeMethod {
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

BIO_METHOD* method() {
  static const std::unique_ptr<BIO_METHOD, FreeMethod> made = [] {
    std::unique_ptr<BIO_METHOD, FreeMethod> method(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams"));
    if (!method) return method;
    BIO_meth_set_read(method.get(), read_datagram);
    BIO_meth_set_write(method.get(), write_datagram);
    BIO_meth_set_ctrl(method.get(), control);
    return method;
  }();
  return made.get();
}

}  // namespace

void Datagrams::put(ByteView datagram) {
  if (waiting == outgoing.size()) outgoing.emplace_back();
  outgoing[waiting++].assign(datagram.begin(), datagram.end());
}

bio_st* new_datagram_bio(Datagrams& datagrams) {
  if (method() == nullptr) return nullptr;
  BIO* bio = BIO_new(method());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, &datagrams);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace sallyport::tls
