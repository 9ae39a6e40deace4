// Asio and Beast in separate-compilation mode: their function bodies live in this one object.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
