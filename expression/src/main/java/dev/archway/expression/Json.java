package dev.archway.expression;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * What expressions call {@code json} (Harness page "Built-in and custom Harness variables
 * reference", JSON functors): {@code select}, {@code list} and {@code object}, each of a path and a
 * text. Paths are names, dots and numbers in brackets, with or without {@code $} before them.
 * Nothing is found as null. Numbers keep the way they are written.
 */
final class Json {
  private static final int DEEPEST = 50;
  private static final Pattern STEP =
      Pattern.compile("\\.?([^.\\[\\]]+)|\\[(\\d{1,9})]|\\['([^']*)']");
  private static final JsonFactory FORMAT =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
          .build();

  /** The name that expressions call. */
  static final Json FUNCTIONS = new Json();

  private Json() {}

  /** One of the three functions; a text that is no JSON is an {@link ArithmeticException}. */
  static @Nullable Object call(String function, Object... arguments) {
    if (arguments.length != 2) {
      throw new ArithmeticException("json.%s needs a path and a text".formatted(function));
    }
    Object found = find(read(Code.text(arguments[1])), Code.text(arguments[0]));
    return switch (function) {
      case "select" ->
          found == null || found instanceof Map || found instanceof List ? found : Code.text(found);
      case "list" -> found instanceof List<?> || found == null ? found : List.of(found);
      default -> found;
    };
  }

  private static @Nullable Object find(@Nullable Object root, String path) {
    String rest = path.startsWith("$") ? path.substring(1) : path;
    Matcher steps = STEP.matcher(rest);
    Object node = root;
    int end = 0;
    while (end < rest.length()) {
      if (!steps.find() || steps.start() != end) {
        throw new ArithmeticException("\"%s\" is no path".formatted(path));
      }
      end = steps.end();
      if (steps.group(2) != null) {
        int index = Integer.parseInt(steps.group(2));
        node = node instanceof List<?> list && index < list.size() ? list.get(index) : null;
      } else {
        String name = steps.group(1) == null ? steps.group(3) : steps.group(1);
        node = node instanceof Map<?, ?> map ? map.get(name) : null;
      }
    }
    return node;
  }

  private static @Nullable Object read(String text) {
    try (JsonParser parser = FORMAT.createParser(ObjectReadContext.empty(), text)) {
      parser.nextToken();
      Object value = value(parser);
      if (parser.nextToken() != null) {
        throw new ArithmeticException("the text goes on after its JSON");
      }
      return value;
    } catch (JacksonException e) {
      throw new ArithmeticException("the text is no JSON: " + e.getOriginalMessage());
    }
  }

  private static @Nullable Object value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          map.put(name, value(parser));
        }
        yield map;
      }
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser));
        }
        yield list;
      }
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case VALUE_NUMBER_INT -> number(parser.getString());
      case null, default -> parser.getString();
    };
  }

  private static Object number(String written) {
    try {
      return Long.valueOf(written);
    } catch (NumberFormatException e) {
      return written;
    }
  }
}
