// The way between client and gateway: both have a connection with it on the loopback interface, since that is
// what they know how to make and take, and it passes on what they send. It knows no TLS but the length of a
// record: one record in one direction is one operation, whatever the kernel cuts or joins.
#pragma once

#include <memory>

#include "base/bytes.hpp"
#include "base/ip.hpp"
#include "net/socket.hpp"
#include "test/pair/fault.hpp"

namespace sallyport::pair {

struct Listening {
  Descriptor listener;
  Endpoint endpoint;
};
// At a free port of the loopback interface.
Listening listen_on_loopback();

class Link {
 public:
  enum class Delivery {
    records,       // each when it is complete
    single_bytes,  // the loop turns after each
    joined,        // all that comes until nothing more does
  };

  // Towards a gateway that listens at this endpoint.
  Link(const net::Executor& executor, Endpoint gateway);

  // Where clients find it.
  Endpoint endpoint() const { return endpoint_; }
  void use(Disturbance& disturbance, Delivery delivery) {
    disturbance_ = &disturbance;
    delivery_ = delivery;
  }

  int open() const { return *open_; }       // connections that one end at least has not closed
  int records() const { return records_; }  // passed on so far

 private:
  struct Connection;
  struct Direction;

  static net::Task<void> accept_all(Link& link, Descriptor listener);
  static net::Task<void> carry(Link& link, Descriptor client);
  static net::Task<void> pump(Link& link, std::shared_ptr<Connection> connection, Direction direction);
  net::Task<void> pass_on(Connection& connection, net::Socket& to, Bytes& waiting);
  Bytes take_records(Connection& connection, Bytes& waiting);
  net::Task<void> deliver(net::Socket& to, ByteView bytes);
  bool fails_with(Connection& connection);

  net::Executor executor_;
  Endpoint gateway_;
  Endpoint endpoint_;
  Disturbance* disturbance_ = nullptr;
  Delivery delivery_ = Delivery::records;
  std::shared_ptr<int> open_ = std::make_shared<int>(0);
  int records_ = 0;
};

}  // namespace sallyport::pair
