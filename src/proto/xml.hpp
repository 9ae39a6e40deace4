// Reading and writing small XML documents: the messages of phases 2 and 3, manifests, profiles, preferences.
// The only place that knows the XML library. Documents with a DOCTYPE are refused; entities are never
// expanded. What XML 1.0 cannot carry (control characters, broken UTF-8) is dropped both ways.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sallyport::proto::xml {

struct Limits {
  std::size_t size = 64 * 1024;  // a DOM costs up to 17 times its text
  int depth = 32;
};

class Document;

// An element of a Document, valid as long as that lives. One that is absent is false and has nothing.
class Element {
 public:
  Element() = default;
  explicit operator bool() const { return node_ != nullptr; }

  std::string name() const;
  std::string text() const;   // its own character data, exactly
  std::string token() const;  // the same without white space at its ends
  std::optional<std::string> attribute(std::string_view name) const;
  std::string attribute_or_empty(std::string_view name) const { return attribute(name).value_or(""); }

  Element child(std::string_view name) const;  // the first of that name
  std::vector<Element> children() const;
  std::vector<Element> children(std::string_view name) const;

  std::string_view raw() const;  // from its '<' to its '>', byte for byte as it was received
  std::size_t line() const;      // where it begins, from 1

 private:
  friend class Document;
  Element(const Document* document, void* node) : document_(document), node_(node) {}

  const Document* document_ = nullptr;
  void* node_ = nullptr;
};

class Document {
 public:
  // malformed: not well-formed, too large or deep, a DOCTYPE, more than one root, or a root with another
  // name. The pointer keeps Elements valid when the owner moves; the text is wiped when it dies.
  static Result<std::unique_ptr<Document>> parse(std::string_view text, Limits limits = {});
  ~Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  Element root() const;
  Result<Element> root(std::string_view name) const;

 private:
  friend class Element;
  struct Tree;
  Document();

  std::string text_;
  std::unique_ptr<Tree> tree_;
};

struct Attribute {
  std::string_view name;
  std::optional<std::string_view> value;  // absent: the attribute is not written
};

inline std::optional<std::string_view> unless_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// Writes a document on one line: other gateways find values by their neighbouring tags.
class Writer {
 public:
  Writer();                  // begins with the declaration, by which ocserv tells XML from a form
  static Writer fragment();  // without it: an element to be put into another document with raw()

  Writer& open(std::string_view name, const std::vector<Attribute>& attributes = {});
  Writer& close();
  Writer& text(std::string_view text);
  Writer& leaf(std::string_view name, std::string_view text, const std::vector<Attribute>& attributes = {});
  Writer& leaf_unless_empty(std::string_view name, std::string_view text);
  Writer& flag(std::string_view name);    // <name/>
  Writer& raw(std::string_view element);  // an element that was read with raw()
  Writer& new_line();                     // between elements, for files that people read
  std::string take();                     // closes what is open

 private:
  void tag(std::string_view name, const std::vector<Attribute>& attributes);

  std::string out_;
  std::vector<std::string> open_;
};

// A name that an element may have; field names of a form become element names of the reply.
bool is_name(std::string_view text);

}  // namespace sallyport::proto::xml
