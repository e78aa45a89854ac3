package dev.archway.pipeline.expr;

import dev.archway.expression.Template;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Variables of type Secret, whose value is a secret's identifier (Harness page "Add a variable").
 */
public final class SecretVariables {
  private static final Pattern IDENTIFIER =
      Pattern.compile("(account\\.|org\\.)?[a-zA-Z_][0-9a-zA-Z_$]*");

  private SecretVariables() {}

  /** True for what may be a secret's identifier. */
  public static boolean isIdentifier(String text) {
    return IDENTIFIER.matcher(text).matches();
  }

  /** What stands for a variable of this type with this value. */
  public static @Nullable String template(@Nullable String type, @Nullable String value) {
    return "Secret".equals(type) && value != null && !Template.hasExpression(value)
        ? "<+secrets.getValue(\"%s\")>".formatted(value)
        : value;
  }
}
