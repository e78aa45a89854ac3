package dev.archway.pipeline.dialect;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes maps, lists, texts, numbers and booleans as JSON that people can read. */
final class JsonText {
  private static final int WIDTH = 100;

  private JsonText() {}

  static String of(Object value) {
    return write(value, "") + "\n";
  }

  private static String write(Object value, String indent) {
    String line = line(value);
    if (indent.length() + line.length() <= WIDTH) {
      return line;
    }
    String inside = indent + "  ";
    return switch (value) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(
                  entry -> inside + quoted(entry.getKey()) + ": " + write(entry.getValue(), inside))
              .collect(Collectors.joining(",\n", "{\n", "\n" + indent + "}"));
      case Collection<?> list ->
          list.stream()
              .map(item -> inside + write(item, inside))
              .collect(Collectors.joining(",\n", "[\n", "\n" + indent + "]"));
      default -> line;
    };
  }

  private static String line(Object value) {
    return switch (value) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> quoted(entry.getKey()) + ": " + line(entry.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case Collection<?> list ->
          list.stream().map(JsonText::line).collect(Collectors.joining(", ", "[", "]"));
      case Number number -> number.toString();
      case Boolean truth -> truth.toString();
      default -> quoted(value);
    };
  }

  private static String quoted(Object value) {
    return "\"" + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
