package dev.archway.pipeline.expr;

import dev.archway.expression.Code;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Scope;
import dev.archway.expression.Template;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.dialect.FlowShapes;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code strategy} (Harness page "Use looping strategies"): which runs of a stage, group or
 * step it makes, and how many run at once.
 */
final class Strategies {
  /** Harness page "Pipeline settings", parallel nodes at one level. */
  private static final int MOST = 256;

  private static final Set<String> RESERVED = FlowShapes.MATRIX.keys();

  private static final Set<String> SLICES = Set.of("start", "end", "partitionSize", "unit");

  private final Findings findings;

  Strategies(Findings findings) {
    this.findings = findings;
  }

  /**
   * The runs that a strategy makes.
   *
   * @param cells what each run's expressions may read
   * @param most how many at once; 0 for all
   * @param nodeName a template for the runs' names; null for none
   */
  record Loop(List<Map<String, Object>> cells, int most, @Nullable String nodeName) {}

  /** The loop; null after a finding. */
  @Nullable Loop read(YamlNode.Mapping strategy, String path, Scope scope) {
    for (String key : strategy.entries().keySet()) {
      boolean known = !key.equals("onFailure") && FlowShapes.STRATEGY.keys().contains(key);
      boolean usual =
          key.equals("onFailure")
              && (given(strategy, key) == null || "RunAll".equals(strategy.text(key)));
      if (!known && !usual) {
        error(
            strategy,
            path + "." + key,
            ProblemCode.NOT_SUPPORTED,
            "\"%s\" of a strategy is not run (expected: %s)".formatted(key, instead(key)));
        return null;
      }
    }
    YamlNode matrix = given(strategy, "matrix");
    YamlNode repeat = given(strategy, "repeat");
    YamlNode times = given(strategy, "parallelism");
    long forms = java.util.stream.Stream.of(matrix, repeat, times).filter(n -> n != null).count();
    if (forms != 1) {
      error(
          strategy,
          path,
          ProblemCode.BAD_VALUE,
          "%d of matrix, repeat and parallelism (expected: one)".formatted(forms));
      return null;
    }
    int outer = number(given(strategy, "maxConcurrency"), path + ".maxConcurrency", scope, 0);
    if (times != null) {
      int count = number(times, path + ".parallelism", scope, 1);
      return count < 1 ? null : loop(times(count), outer, null, strategy, path);
    }
    if (!((matrix != null ? matrix : repeat) instanceof YamlNode.Mapping form)) {
      error(
          strategy,
          path,
          ProblemCode.WRONG_KIND,
          "the strategy's form is no mapping (expected: a mapping)");
      return null;
    }
    int inner = number(given(form, "maxConcurrency"), path + ".maxConcurrency", scope, 0);
    YamlNode name = given(form, "nodeName");
    if (name != null && !(name instanceof YamlNode.Scalar)) {
      error(
          name,
          path + ".nodeName",
          ProblemCode.WRONG_KIND,
          "\"nodeName\" is %s (expected: a single value)".formatted(name.kind()));
      return null;
    }
    List<Map<String, Object>> cells =
        matrix != null
            ? matrix(form, path + ".matrix", scope)
            : repeat(form, path + ".repeat", scope);
    return cells == null
        ? null
        : loop(cells, inner == 0 ? outer : inner, form.text("nodeName"), strategy, path);
  }

  private static String instead(String key) {
    return switch (key) {
      case "onFailure" -> "RunAll, or a failure strategy whose action is Abort";
      case "when" -> "when beside the strategy, which each run asks for itself";
      default -> "matrix, repeat or parallelism, with maxConcurrency";
    };
  }

  /** What is not blank. */
  private static @Nullable YamlNode given(YamlNode.Mapping mapping, String key) {
    YamlNode value = mapping.get(key);
    return value == null || value.blank() ? null : value;
  }

  private @Nullable Loop loop(
      List<Map<String, Object>> cells,
      int most,
      @Nullable String nodeName,
      YamlNode at,
      String path) {
    if (cells.isEmpty() || cells.size() > MOST) {
      error(
          at,
          path,
          cells.isEmpty() ? ProblemCode.BAD_VALUE : ProblemCode.TOO_LARGE,
          "the strategy makes %s runs (expected: 1 to %d)"
              .formatted(cells.isEmpty() ? "no" : "more", MOST));
      return null;
    }
    List<Map<String, Object>> numbered = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      Map<String, Object> cell = new LinkedHashMap<>(cells.get(i));
      cell.put("strategy.iteration", i);
      cell.put("strategy.iterations", cells.size());
      cell.put("strategy.identifierPostFix", "_" + i);
      numbered.add(cell);
    }
    return new Loop(numbered, most, nodeName);
  }

  private static List<Map<String, Object>> times(int count) {
    // One more than allowed is enough to be told.
    return java.util.Collections.nCopies(Math.min(count, MOST + 1), Map.of());
  }

  private @Nullable List<Map<String, Object>> repeat(
      YamlNode.Mapping form, String path, Scope scope) {
    for (String key : form.entries().keySet()) {
      if (!FlowShapes.REPEAT.keys().contains(key)) {
        error(
            form,
            path + "." + key,
            ProblemCode.NOT_SUPPORTED,
            "\"%s\" of a repeat is not run (expected: times or items, with maxConcurrency)%s"
                .formatted(key, SLICES.contains(key) ? "; list the items that it would pick" : ""));
        return null;
      }
    }
    YamlNode items = given(form, "items");
    YamlNode times = given(form, "times");
    if ((items == null) == (times == null)) {
      error(form, path, ProblemCode.BAD_VALUE, "a repeat (expected: one of times and items)");
      return null;
    }
    if (times != null) {
      int count = number(times, path + ".times", scope, 1);
      return count < 1 ? null : times(count);
    }
    List<Object> values = values(java.util.Objects.requireNonNull(items), path + ".items", scope);
    return values == null
        ? null
        : values.stream()
            .map(value -> {
              Map<String, Object> cell = new LinkedHashMap<>();
              put(cell, "repeat.item", value);
              return cell;
            })
            .toList();
  }

  private @Nullable List<Map<String, Object>> matrix(
      YamlNode.Mapping form, String path, Scope scope) {
    List<Map<String, Object>> rows = List.of(Map.of());
    for (Map.Entry<String, YamlNode> axis : form.entries().entrySet()) {
      if (RESERVED.contains(axis.getKey())) {
        continue;
      }
      List<Object> values = values(axis.getValue(), path + "." + axis.getKey(), scope);
      if (values == null) {
        return null;
      }
      // More than this is refused below; it must not be made first.
      if ((long) rows.size() * values.size() > 64L * MOST) {
        error(
            form,
            path,
            ProblemCode.TOO_LARGE,
            "the matrix has more than %d cells (expected: %d at most)".formatted(64 * MOST, MOST));
        return null;
      }
      List<Map<String, Object>> longer = new ArrayList<>();
      for (Map<String, Object> row : rows) {
        for (Object value : values) {
          Map<String, Object> cell = new LinkedHashMap<>(row);
          put(cell, "matrix." + axis.getKey(), value);
          longer.add(cell);
        }
      }
      rows = longer;
    }
    List<Map<String, Object>> kept = new ArrayList<>(rows);
    if (form.get("exclude") instanceof YamlNode.Sequence excluded) {
      for (YamlNode entry : excluded.items()) {
        if (entry instanceof YamlNode.Mapping combination) {
          kept.removeIf(row -> matches(row, combination, scope, path));
        }
      }
    }
    return kept;
  }

  private boolean matches(
      Map<String, Object> row, YamlNode.Mapping combination, Scope scope, String path) {
    for (Map.Entry<String, YamlNode> wanted : combination.entries().entrySet()) {
      List<Object> values = values(wanted.getValue(), path + ".exclude", scope);
      Object has = row.get("matrix." + wanted.getKey());
      if (values == null || values.stream().noneMatch(v -> Code.text(v).equals(Code.text(has)))) {
        return false;
      }
    }
    return !combination.entries().isEmpty();
  }

  private static void put(Map<String, Object> cell, String path, Object value) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, inner) -> put(cell, path + "." + key, inner == null ? "" : inner));
    } else {
      cell.put(path, value);
    }
  }

  /** The values of an axis: a list as written, or what an expression gives. */
  private @Nullable List<Object> values(YamlNode node, String path, Scope scope) {
    try {
      return switch (node) {
        case YamlNode.Sequence sequence -> {
          List<Object> values = new ArrayList<>();
          for (YamlNode item : sequence.items()) {
            values.add(plain(item, scope));
          }
          yield values;
        }
        case YamlNode.Mapping mapping -> List.of(plain(mapping, scope));
        case YamlNode.Scalar(String text, _, _) when Template.plain(text).isPresent() ->
            List.of(Template.plain(text).orElseThrow());
        case YamlNode.Scalar(String text, _, _) -> {
          if (!(Template.condition(text).in(scope) instanceof Scope.Found.Known(var value))
              || value == null) {
            throw new ExpressionException(
                "\"%s\" is not known before the run (expected: a list of values)".formatted(text));
          }
          yield value instanceof List<?> list ? List.copyOf(list) : List.of(value);
        }
      };
    } catch (ExpressionException e) {
      error(node, path, ProblemCode.UNSUPPORTED_EXPRESSION, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private static Object plain(YamlNode node, Scope scope) throws ExpressionException {
    return switch (node) {
      case YamlNode.Scalar(String text, _, _) ->
          Template.hasExpression(text) ? Template.parse(text).fill(scope) : text;
      case YamlNode.Sequence sequence -> {
        List<Object> items = new ArrayList<>();
        for (YamlNode item : sequence.items()) {
          items.add(plain(item, scope));
        }
        yield items;
      }
      case YamlNode.Mapping mapping -> {
        Map<String, Object> map = new LinkedHashMap<>();
        for (Map.Entry<String, YamlNode> entry : mapping.entries().entrySet()) {
          map.put(entry.getKey(), plain(entry.getValue(), scope));
        }
        yield map;
      }
    };
  }

  /** A whole number; {@code least - 1} when it is missing or, after a finding, wrong. */
  private int number(@Nullable YamlNode node, String path, Scope scope, int least) {
    if (node == null) {
      return least == 0 ? 0 : least - 1;
    }
    try {
      int number = Integer.parseInt(Code.text(plain(node, scope)).strip());
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException | ExpressionException e) {
      // Told below, like a number that is too small.
    }
    error(
        node,
        path,
        ProblemCode.BAD_VALUE,
        "%s (expected: a whole number, known before the run)".formatted(node.kind()));
    return least - 1;
  }

  private void error(YamlNode at, String path, ProblemCode code, String message) {
    findings.error(at.place(), path, code, message);
  }
}
