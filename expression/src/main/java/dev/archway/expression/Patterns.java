package dev.archway.expression;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Whatever of expressions takes a pattern, or could make a text grow without end: methods of text,
 * and what expressions call {@code regex}, with {@code extract}, {@code match} and {@code replace}.
 * What is no pattern, takes too long or becomes too long is an {@link ArithmeticException} or a
 * {@link BoundedText.SpentException}.
 */
final class Patterns {
  /** How long a text may become in an expression. */
  static final int LONGEST = 1 << 20;

  /** The name that expressions call. */
  static final Patterns FUNCTIONS = new Patterns();

  private Patterns() {}

  /** A method of text. */
  static Object method(String name, String text, Object... arguments) {
    String pattern = arguments.length == 0 ? "" : String.valueOf(arguments[0]);
    String second = arguments.length < 2 ? "" : String.valueOf(arguments[1]);
    return switch (name) {
      case "split" -> {
        try {
          int limit = arguments.length < 2 ? 0 : Integer.parseInt(second);
          yield List.of(compiled(pattern).split(new BoundedText(text), limit));
        } catch (NumberFormatException e) {
          throw new ArithmeticException("\"%s\" is no number".formatted(second));
        }
      }
      case "matches" -> BoundedText.matches(pattern, text);
      case "replace" ->
          replaced(
              Pattern.compile(Pattern.quote(pattern)),
              Matcher.quoteReplacement(second),
              text,
              Integer.MAX_VALUE);
      case "replaceAll" -> replaced(compiled(pattern), second, text, Integer.MAX_VALUE);
      default -> replaced(compiled(pattern), second, text, 1);
    };
  }

  /** A function of {@code regex}: the pattern comes first and the text last. */
  static Object function(String name, Object... arguments) {
    int needed = name.equals("replace") ? 3 : 2;
    if (arguments.length != needed) {
      throw new ArithmeticException(
          "regex.%s needs a pattern%s and a text"
              .formatted(name, needed == 3 ? ", a replacement" : ""));
    }
    Pattern pattern = compiled(String.valueOf(arguments[0]));
    Object last = arguments[needed - 1];
    String text = last == null ? "" : Code.text(last);
    return switch (name) {
      case "extract" -> first(pattern.matcher(new BoundedText(text)));
      case "match" -> pattern.matcher(new BoundedText(text)).find();
      default -> replaced(pattern, String.valueOf(arguments[1]), text, Integer.MAX_VALUE);
    };
  }

  /** The first match that is not empty, or nothing. */
  private static String first(Matcher matcher) {
    while (matcher.find()) {
      if (!matcher.group().isEmpty()) {
        return matcher.group();
      }
    }
    return "";
  }

  private static String replaced(Pattern pattern, String replacement, String text, int most) {
    Matcher matcher = pattern.matcher(new BoundedText(text));
    StringBuilder replaced = new StringBuilder();
    for (int i = 0; i < most && matcher.find(); i++) {
      matcher.appendReplacement(replaced, replacement);
      if (replaced.length() > LONGEST) {
        throw new ArithmeticException("the text becomes too long");
      }
    }
    return matcher.appendTail(replaced).toString();
  }

  private static Pattern compiled(String pattern) {
    try {
      return Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw new ArithmeticException("\"" + pattern + "\" is no pattern");
    }
  }
}
