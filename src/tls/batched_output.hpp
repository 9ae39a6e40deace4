// Where OpenSSL writes the records of a connection that carries a tunnel: many of them leave with one send().
// OutputBuffers is a thread's, the rest of this module only, for connection.cpp.
#pragma once

#include <vector>

#include "base/bytes.hpp"

struct bio_st;

namespace sallyport::tls {

// Memory for what is to be sent, lent to a connection until it has been: thousands of idle ones need none.
class OutputBuffers {
 public:
  Bytes take();
  void give_back(Bytes buffer);

 private:
  std::vector<Bytes> free_;
};

class BatchedOutput {
 public:
  BatchedOutput(int socket, OutputBuffers& buffers) : socket_(socket), buffers_(buffers) {}

  // False: the socket is full, or has failed; error() tells which.
  bool put(ByteView record);
  bool flush();
  bool empty() const { return sent_ == pending_.size(); }
  int error() const { return error_; }  // errno; 0: none

 private:
  int socket_;
  OutputBuffers& buffers_;
  Bytes pending_;
  std::size_t sent_ = 0;
  bool blocked_ = false;  // the socket was full when last asked
  int error_ = 0;
};

// `output` outlives the BIO. Null: OpenSSL has no memory.
bio_st* new_batched_bio(BatchedOutput& output);

}  // namespace sallyport::tls
