// What OpenSSL reads datagrams from and writes them to: memory that keeps their borders, which OpenSSL's own
// memory BIO does from 3.2 on only. Of this module only, for dtls.cpp.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "tls/last_flight.hpp"

struct bio_st;

namespace sallyport::tls {

struct Datagrams {
  ByteView incoming;            // what the next read gives, once; empty: nothing is there
  std::vector<Bytes> outgoing;  // the first `waiting` are to be sent; the others keep their memory
  std::size_t waiting = 0;
  SentRecords sent;  // OpenSSL's, until its handshake is over

  void put(ByteView datagram);
};

// `datagrams` outlives the BIO. Null: OpenSSL has no memory.
bio_st* new_datagram_bio(Datagrams& datagrams);

}  // namespace sallyport::tls
