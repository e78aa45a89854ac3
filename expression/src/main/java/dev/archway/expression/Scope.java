package dev.archway.expression;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an expression may refer to, at one place of a pipeline and at one time. */
@FunctionalInterface
public interface Scope {
  /**
   * What stands at a path.
   *
   * @param path such as {@code [pipeline, variables, x]}; at least one name
   */
  Found find(List<String> path);

  /** What is known of a path. */
  sealed interface Found {
    /** Its value: text, a number, a boolean, a list, a map, or null. */
    record Known(@Nullable Object value) implements Found {}

    /** Known once the run has come further. */
    record Later() implements Found {}

    /** Never known. */
    record Never(String why) implements Found {}
  }
}
