#include "proto/xml.hpp"

#include <algorithm>

#include <pugixml.hpp>

#include "base/secret.hpp"
#include "base/text.hpp"

namespace sallyport::proto::xml {

namespace {

constexpr std::string_view white_space = " \t\r\n";
// Character data that is only blanks is kept where it is all an element has: it may be a password.
constexpr unsigned int parse_flags = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol |
                                     pugi::parse_wconv_attribute | pugi::parse_ws_pcdata_single |
                                     pugi::parse_doctype;

pugi::xml_node as_node(void* node) {
  return pugi::xml_node(static_cast<pugi::xml_node_struct*>(node));
}

// The length of the UTF-8 sequence of an XML 1.0 character at the start of the text; 0: there is none.
std::size_t character_length(std::string_view text) {
  const auto [code, size] = first_character(text);
  const bool control = code < ' ' && code != '\t' && code != '\n' && code != '\r';
  return control || code == 0xfffe || code == 0xffff ? 0 : size;
}

// Calls `take` for each character that XML can carry and drops the rest.
void each_character(std::string_view text, auto&& take) {
  while (!text.empty()) {
    const auto length = character_length(text);
    if (length > 0) take(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

std::string clean(std::string_view text) {
  std::string kept;
  each_character(text, [&](std::string_view character) { kept += character; });
  return kept;
}

std::string escape(std::string_view text, bool in_attribute) {
  std::string escaped;
  each_character(text, [&](std::string_view character) {
    switch (character.front()) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&apos;";
        break;
      case '\r':
        escaped += "&#13;";
        break;
      case '\n':
        escaped += in_attribute ? "&#10;" : "\n";
        break;
      case '\t':
        escaped += in_attribute ? "&#9;" : "\t";
        break;
      default:
        escaped += character;
    }
  });
  return escaped;
}

std::size_t after(std::string_view text, std::string_view mark, std::size_t from) {
  const auto found = text.find(mark, from);
  return found == std::string_view::npos ? text.size() : found + mark.size();
}

// The end of the tag that begins at `start`; quotes hide '>'.
std::size_t tag_end(std::string_view text, std::size_t start) {
  char quote = 0;
  for (std::size_t i = start; i < text.size(); ++i) {
    if (quote != 0) {
      if (text[i] == quote) quote = 0;
    } else if (text[i] == '"' || text[i] == '\'') {
      quote = text[i];
    } else if (text[i] == '>') {
      return i + 1;
    }
  }
  return text.size();
}

// The end of the element whose '<' is at `start`, in text that the parser has accepted.
std::size_t element_end(std::string_view text, std::size_t start) {
  int depth = 0;
  std::size_t at = start;
  while (at < text.size()) {
    const auto rest = text.substr(at);
    if (rest.starts_with("<!--")) {
      at = after(text, "-->", at + 4);
    } else if (rest.starts_with("<![CDATA[")) {
      at = after(text, "]]>", at);
    } else if (rest.starts_with("<?")) {
      at = after(text, "?>", at);
    } else {
      const bool closing = rest.starts_with("</");
      at = tag_end(text, at);
      if (closing) --depth;
      if (!closing && text[at - 2] != '/') ++depth;
      if (depth == 0) return at;
    }
    at = std::min(text.find('<', at), text.size());
  }
  return text.size();
}

tl::unexpected<Error> refuse(std::string text) {
  return fail(ErrorKind::malformed, std::move(text));
}

std::size_t line_at(std::string_view text, std::ptrdiff_t offset) {
  const auto end = std::clamp<std::ptrdiff_t>(offset, 0, static_cast<std::ptrdiff_t>(text.size()));
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.begin() + end, '\n'));
}

Result<void> check_tree(const pugi::xml_document& tree, int max_depth) {
  int roots = 0;
  for (const auto node : tree.children()) {
    if (node.type() == pugi::node_doctype) return refuse("the XML document has a DOCTYPE");
    if (node.type() == pugi::node_element) ++roots;
  }
  if (roots != 1) return refuse("the XML document has not exactly one root element");
  int depth = 0;
  for (pugi::xml_node node = tree.root(); node;) {  // without recursion: the depth is the sender's choice
    if (auto child = node.first_child()) {
      if (++depth > max_depth) return refuse("the XML document is nested too deeply");
      node = child;
      continue;
    }
    while (node && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    node = node.next_sibling();
  }
  return {};
}

}  // namespace

struct Document::Tree {
  std::string buffer;  // parsed in place, so that it can be wiped
  pugi::xml_document document;
};

Document::Document() : tree_(std::make_unique<Tree>()) {}

Document::~Document() {
  for (auto* text : {&text_, &tree_->buffer})
    wipe({reinterpret_cast<std::uint8_t*>(text->data()), text->size()});
}

Result<std::unique_ptr<Document>> Document::parse(std::string_view text, Limits limits) {
  if (text.size() > limits.size)
    return refuse("the XML document is larger than " + std::to_string(limits.size) + " bytes");
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (text.find('\0') != std::string_view::npos) return refuse("the XML document has a NUL");
  std::unique_ptr<Document> document(new Document);
  document->text_ = text;
  auto& [buffer, tree] = *document->tree_;
  buffer = text;
  const auto result =
      tree.load_buffer_inplace(buffer.data(), buffer.size(), parse_flags, pugi::encoding_utf8);
  if (!result) {
    return refuse("line " + std::to_string(line_at(text, result.offset)) +
                  ": not well-formed XML: " + result.description());
  }
  TRY(check_tree(tree, limits.depth));
  return document;
}

Element Document::root() const {
  return {this, tree_->document.document_element().internal_object()};
}

Result<Element> Document::root(std::string_view name) const {
  const auto element = root();
  if (element.name() == name) return element;
  return refuse("the XML document's root is not <" + std::string(name) + '>');
}

std::string Element::name() const {
  return as_node(node_).name();
}

std::string Element::text() const {
  std::string text;
  for (const auto node : as_node(node_).children()) {
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) text += node.value();
  }
  return clean(text);
}

std::string Element::token() const {
  const auto whole = text();
  const auto first = whole.find_first_not_of(white_space);
  if (first == std::string::npos) return {};
  return whole.substr(first, whole.find_last_not_of(white_space) - first + 1);
}

std::optional<std::string> Element::attribute(std::string_view name) const {
  for (const auto attribute : as_node(node_).attributes()) {
    if (attribute.name() == name) return clean(attribute.value());
  }
  return std::nullopt;
}

Element Element::child(std::string_view name) const {
  for (const auto node : as_node(node_).children()) {
    if (node.type() == pugi::node_element && node.name() == name) return {document_, node.internal_object()};
  }
  return {};
}

std::vector<Element> Element::children() const {
  std::vector<Element> found;
  for (const auto node : as_node(node_).children()) {
    if (node.type() == pugi::node_element) found.push_back(Element(document_, node.internal_object()));
  }
  return found;
}

std::vector<Element> Element::children(std::string_view name) const {
  auto found = children();
  std::erase_if(found, [&](const Element& element) { return element.name() != name; });
  return found;
}

std::string_view Element::raw() const {
  if (!node_) return {};
  const std::string_view text = document_->text_;
  const auto start = static_cast<std::size_t>(as_node(node_).offset_debug()) - 1;  // it points at the name
  return text.substr(start, element_end(text, start) - start);
}

std::size_t Element::line() const {
  return node_ ? line_at(document_->text_, as_node(node_).offset_debug()) : 0;
}

Writer::Writer() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

Writer Writer::fragment() {
  Writer writer;
  writer.out_.clear();
  return writer;
}

void Writer::tag(std::string_view name, const std::vector<Attribute>& attributes) {
  out_ += '<';
  out_ += name;
  for (const auto& [key, value] : attributes) {
    if (!value) continue;
    out_ += ' ';
    out_ += key;
    out_ += "=\"" + escape(*value, true) + '"';
  }
}

Writer& Writer::open(std::string_view name, const std::vector<Attribute>& attributes) {
  tag(name, attributes);
  out_ += '>';
  open_.emplace_back(name);
  return *this;
}

Writer& Writer::close() {
  out_ += "</" + open_.back() + '>';
  open_.pop_back();
  return *this;
}

Writer& Writer::text(std::string_view text) {
  out_ += escape(text, false);
  return *this;
}

Writer& Writer::leaf(std::string_view name, std::string_view text, const std::vector<Attribute>& attributes) {
  return open(name, attributes).text(text).close();
}

Writer& Writer::leaf_unless_empty(std::string_view name, std::string_view text) {
  return text.empty() ? *this : leaf(name, text);
}

Writer& Writer::flag(std::string_view name) {
  tag(name, {});
  out_ += "/>";
  return *this;
}

Writer& Writer::raw(std::string_view element) {
  out_ += element;
  return *this;
}

Writer& Writer::new_line() {
  out_ += '\n';
  return *this;
}

std::string Writer::take() {
  while (!open_.empty()) close();
  return std::move(out_);
}

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) {
    return (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '_' || c == ':' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

}  // namespace sallyport::proto::xml
