package dev.archway.planner.trigger;

import dev.archway.expression.BoundedText;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * One condition of a trigger (Harness page "Triggers reference", conditions).
 *
 * @param key {@code sourceBranch}, {@code targetBranch}, {@code changedFiles}, or an expression of
 *     the event
 */
record Condition(String key, Operator operator, String value) {
  /** How the value is compared. A negated one is true of a list when it is true of every member. */
  enum Operator {
    EQUALS("Equals", false),
    NOT_EQUALS("NotEquals", true),
    IN("In", false),
    NOT_IN("NotIn", true),
    STARTS_WITH("StartsWith", false),
    ENDS_WITH("EndsWith", false),
    CONTAINS("Contains", false),
    DOES_NOT_CONTAIN("DoesNotContain", true),
    REGEX("Regex", false);

    private final String word;
    private final boolean negated;

    Operator(String word, boolean negated) {
      this.word = word;
      this.negated = negated;
    }

    String word() {
      return word;
    }
  }

  /**
   * True of these values: of one branch, or of all changed files, of which one is enough for a
   * condition that is not negated.
   */
  boolean holds(List<String> values) {
    Predicate<String> same = this::matches;
    return operator.negated ? values.stream().noneMatch(same) : values.stream().anyMatch(same);
  }

  /** What the operator says without its negation. */
  private boolean matches(String found) {
    return switch (operator) {
      case EQUALS, NOT_EQUALS -> found.equals(value) || (pattern() && glob(value, found));
      case IN, NOT_IN ->
          Arrays.stream(value.split(","))
              .map(String::strip)
              .filter(item -> !item.isEmpty())
              .anyMatch(item ->
                  found.equals(item)
                      || (pattern() && glob(item, found))
                      || BoundedText.matches(item, found));
      case STARTS_WITH -> found.startsWith(value);
      case ENDS_WITH -> found.endsWith(value);
      case CONTAINS, DOES_NOT_CONTAIN -> found.contains(value);
      case REGEX -> BoundedText.matches(value, found);
    };
  }

  /** Names of branches and files may be written with {@code *}, {@code **} and {@code ?}. */
  private boolean pattern() {
    return key.equals("changedFiles") || key.endsWith("Branch");
  }

  private static boolean glob(String glob, String text) {
    if (glob.indexOf('*') < 0 && glob.indexOf('?') < 0) {
      return false;
    }
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      if (glob.startsWith("**/", i)) {
        regex.append("(?:.*/)?");
        i += 2;
      } else if (glob.startsWith("**", i)) {
        regex.append(".*");
        i++;
      } else if (glob.charAt(i) == '*') {
        regex.append("[^/]*");
      } else if (glob.charAt(i) == '?') {
        regex.append("[^/]");
      } else {
        regex.append(Pattern.quote(glob.substring(i, i + 1)));
      }
    }
    return BoundedText.matches(regex.toString(), text);
  }

  /** {@code key Operator "value"}. */
  @Override
  public String toString() {
    return "%s %s \"%s\"".formatted(key, operator.word(), value);
  }
}
