package dev.archway.expression;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.jexl3.JexlException;
import org.apache.commons.jexl3.JexlExpression;
import org.apache.commons.jexl3.JexlScript;
import org.apache.commons.jexl3.MapContext;
import org.jspecify.annotations.Nullable;

/**
 * One expression, ready to be evaluated any number of times. Thread-safe.
 *
 * @param written as the pipeline says it, without the outer brackets
 * @param references the paths it reads
 */
public record Code(String written, List<List<String>> references, String jexl) {
  private static final int LONGEST = 4_000;
  private static final int DEEPEST = 24;

  /** What expressions call without anybody having defined it. */
  private static final Map<String, Object> FUNCTIONS =
      Map.of("json", Json.FUNCTIONS, "regex", Patterns.FUNCTIONS);

  private static final Pattern INDEX = Pattern.compile("0|[1-9]\\d{0,8}");
  private static final int DEEPEST_INDEX = 6;

  /** Harness page "Built-in and custom Harness variables reference", evaluated value. */
  private static final int LONGEST_VALUE = 256 * 1024;

  public Code {
    references = references.stream().map(List::copyOf).toList();
  }

  static Code of(String written, String jexl) throws ExpressionException {
    if (jexl.isBlank() || jexl.length() > LONGEST) {
      throw new ExpressionException(
          "expression of %d characters (expected: 1 to %d)".formatted(jexl.length(), LONGEST));
    }
    checkBrackets(written, jexl);
    try {
      List<List<String>> references = new ArrayList<>();
      JexlExpression expression = Sandbox.ENGINE.createExpression(jexl);
      if (expression instanceof JexlScript script) {
        references.addAll(script.getVariables());
        references.removeIf(path -> path.size() == 1 && FUNCTIONS.containsKey(path.getFirst()));
      }
      return new Code(written, references, jexl);
    } catch (StackOverflowError | RuntimeException e) {
      // The parser throws others than its own, such as for numbers that are too large.
      throw new ExpressionException(
          "\"%s\" is no expression (expected: paths, \"texts\", operators and methods)"
              .formatted(brief(written)));
    }
  }

  /**
   * Brackets are what the parser tries several readings of, each within the other: some dozens of
   * them would keep it busy for ever.
   */
  private static void checkBrackets(String written, String jexl) throws ExpressionException {
    int depth = 0;
    int index = 0;
    char quote = 0;
    for (int i = 0; i < jexl.length(); i++) {
      char c = jexl.charAt(i);
      if (quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
        continue;
      }
      switch (c) {
        case '"', '\'', '`' -> quote = c;
        case '(' -> depth++;
        case ')' -> depth--;
        case '[' -> index++;
        case ']' -> index--;
        default -> {}
      }
      if (c == '{' || depth > DEEPEST || index > DEEPEST_INDEX) {
        throw new ExpressionException(
            "\"%s\" is no expression (expected: no {, ( nested %d deep and [ %d deep at most)"
                .formatted(brief(written), DEEPEST, DEEPEST_INDEX));
      }
    }
  }

  /** What a scope knows of it. */
  public Scope.Found in(Scope scope) throws ExpressionException {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    boolean later = false;
    for (List<String> path : references) {
      switch (scope.find(path)) {
        case Scope.Found.Known(var value) -> put(values, path, value);
        case Scope.Found.Later _ -> later = true;
        case Scope.Found.Never never -> {
          return never;
        }
      }
    }
    return later ? new Scope.Found.Later() : new Scope.Found.Known(evaluate(values));
  }

  @SuppressWarnings("unchecked")
  private static void put(
      Map<String, @Nullable Object> values, List<String> path, @Nullable Object value) {
    Map<Object, @Nullable Object> at = (Map<Object, @Nullable Object>) (Map<?, ?>) values;
    for (String name : path.subList(0, path.size() - 1)) {
      Object inner = at.get(name);
      Map<Object, @Nullable Object> next =
          inner instanceof Map<?, ?> map
              ? new LinkedHashMap<>((Map<Object, @Nullable Object>) map)
              : new LinkedHashMap<>();
      keep(at, name, next);
      at = next;
    }
    if (!(at.get(path.getLast()) instanceof Map)) {
      keep(at, path.getLast(), value);
    }
  }

  /** Under its number as well where it has one: an index asks by number, a key by text. */
  private static void keep(Map<Object, @Nullable Object> at, String name, @Nullable Object value) {
    at.put(name, value);
    if (INDEX.matcher(name).matches()) {
      at.put(Integer.valueOf(name), value);
    }
  }

  private @Nullable Object evaluate(Map<String, @Nullable Object> values)
      throws ExpressionException {
    values.putAll(FUNCTIONS);
    try {
      Object value = Sandbox.ENGINE.createExpression(jexl).evaluate(new MapContext(values));
      if (value instanceof CharSequence text && text.length() > LONGEST_VALUE) {
        throw new ExpressionException(
            "<+%s> gives %d characters (expected: %d at most)"
                .formatted(brief(written), text.length(), LONGEST_VALUE));
      }
      return value instanceof Object[] array ? List.of(array) : value;
    } catch (JexlException | ArithmeticException | BoundedText.SpentException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new ExpressionException(
          "cannot evaluate <+%s>: %s"
              .formatted(
                  brief(written),
                  String.valueOf(cause.getMessage()).lines().findFirst().orElse("")));
    } catch (StackOverflowError | RuntimeException e) {
      throw new ExpressionException(
          "cannot evaluate <+%s>: %s".formatted(brief(written), e.getClass().getSimpleName()));
    }
  }

  /**
   * A condition's answer: anything but nothing and the word {@code false} is true, as in Harness.
   */
  public static boolean truth(@Nullable Object value) {
    return value != null && !value.toString().strip().equals("false");
  }

  /** How a value stands in text. */
  public static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Double number when number == Math.rint(number) && Math.abs(number) < 1e15 ->
          Long.toString(number.longValue());
      case List<?> list ->
          list.stream().map(Code::text).collect(java.util.stream.Collectors.joining(","));
      default -> value.toString();
    };
  }

  private static String brief(String text) {
    return text.length() > 120 ? text.substring(0, 120) + "…" : text;
  }
}
