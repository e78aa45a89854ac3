package dev.archway.benchmarks;

import dev.archway.expression.ExpressionException;
import dev.archway.expression.Scope;
import dev.archway.expression.Template;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Templates and conditions. Any text fills or is told to be none; a literal fills to itself; and
 * nothing but the values in reach is touched (Jazzer's own detectors watch for that).
 */
public final class ExpressionFuzzer {
  private static final Map<String, Object> VALUES =
      Map.of("text", "a,b-C", "number", 7, "list", List.of("x", "y"), "map", Map.of("k", "v"));

  private ExpressionFuzzer() {}

  /** Called by Jazzer for each input. */
  public static void fuzzerTestOneInput(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    Scope scope = path -> new Scope.Found.Known(VALUES.get(path.getFirst()));
    try {
      var _ = Template.parse(text).fill(scope);
    } catch (ExpressionException e) {
      // Told.
    }
    try {
      var _ = Template.condition(text).in(scope);
    } catch (ExpressionException e) {
      // Told.
    }
    try {
      String filled = Template.parse(Template.literal(text)).fill(scope);
      if (!filled.equals(text)) {
        throw new IllegalStateException("a literal became \"" + filled + "\"");
      }
    } catch (ExpressionException e) {
      if (Template.hasExpression(text)) {
        throw new IllegalStateException("a literal is no template", e);
      }
    }
  }
}
