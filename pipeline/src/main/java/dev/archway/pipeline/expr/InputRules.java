package dev.archway.pipeline.expr;

import dev.archway.expression.BoundedText;
import dev.archway.expression.Template;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.pipeline.yaml.YamlNode.Place;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the calls on an {@code <+input>} ask of its value: {@code .default(…)}, {@code
 * .allowedValues(…)}, {@code .selectOneFrom(…)}, {@code .selectManyFrom(…)}, {@code .regex(…)} and
 * {@code .executionInput()}, in any order.
 */
final class InputRules {
  private final Place place;
  private final String path;
  private final Findings findings;
  private final List<InputCalls.Call> rules = new ArrayList<>();
  private @Nullable String fallback;
  private boolean late;

  InputRules(InputCalls input, Place place, String path, Findings findings) {
    this.place = place;
    this.path = "pipeline." + path;
    this.findings = findings;
    for (InputCalls.Call call : input.calls()) {
      switch (call.name()) {
        case "default" -> fallback = unquoted(call.argument().strip());
        case "executionInput" -> late = true;
        case "allowedValues", "selectOneFrom", "selectManyFrom", "regex" -> rules.add(call);
        default ->
            error(
                ProblemCode.NOT_SUPPORTED,
                ".%s(…) on an input (expected: default, allowedValues, selectOneFrom, selectManyFrom, regex or executionInput)"
                    .formatted(call.name()));
      }
    }
    if (late && path.endsWith(".condition")) {
      error(
          ProblemCode.BAD_VALUE,
          "a condition that is asked for when the step starts (expected: no .executionInput())");
    }
    if (fallback != null) {
      for (InputCalls.Call rule : rules) {
        if (!rule.name().equals("regex")) {
          one(rule, fallback, "default");
        }
      }
    }
  }

  /** Its value when nobody gives one; may hold expressions. */
  @Nullable String fallback() {
    return fallback;
  }

  /** Nobody gave a value; Harness would ask for it when the step or stage starts. */
  void unanswered() {
    if (late) {
      findings.warning(
          place,
          path,
          ProblemCode.NOT_SUPPORTED,
          "nobody is asked during the run (expected: the value of an .executionInput() with the submission)");
    }
  }

  /** Tells where the value breaks a rule. */
  void check(YamlNode value) {
    switch (value) {
      case YamlNode.Scalar(String text, _, _) -> {
        // What an expression gives is known later than the rule.
        Template.plain(text).ifPresent(plain -> rules.forEach(rule -> one(rule, plain, "input")));
      }
      case YamlNode.Sequence sequence -> sequence.items().forEach(this::check);
      case YamlNode.Mapping _ -> {}
    }
  }

  private void one(InputCalls.Call rule, String value, String what) {
    List<String> values = split(rule.argument());
    boolean fits =
        switch (rule.name()) {
          case "regex" -> BoundedText.matches(rule.argument(), value);
          case "selectManyFrom" -> values.containsAll(split(value));
          default -> values.contains(value.strip());
        };
    // Values that are expressions cannot be compared here.
    if (!fits && (rule.name().equals("regex") || !Template.hasExpression(rule.argument()))) {
      error(
          ProblemCode.BAD_VALUE,
          "%s \"%s\" (expected: %s)"
              .formatted(
                  what,
                  value,
                  rule.name().equals("regex")
                      ? "a match of " + rule.argument()
                      : "one of " + String.join(", ", values)));
    }
  }

  /** Words between commas; {@code \'a,b\'} is one. */
  static List<String> split(String argument) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < argument.length(); i++) {
      char c = argument.charAt(i);
      if (c == '\\' && i + 1 < argument.length()) {
        char next = argument.charAt(++i);
        if (next == '\'') {
          quoted = !quoted;
        } else {
          word.append(next);
        }
      } else if (c == ',' && !quoted) {
        words.add(word.toString().strip());
        word.setLength(0);
      } else {
        word.append(c);
      }
    }
    words.add(word.toString().strip());
    return words;
  }

  private static String unquoted(String argument) {
    return argument.length() > 4 && argument.startsWith("\\'") && argument.endsWith("\\'")
        ? argument.substring(2, argument.length() - 2)
        : argument;
  }

  private void error(ProblemCode code, String message) {
    findings.error(place, path, code, message);
  }
}
