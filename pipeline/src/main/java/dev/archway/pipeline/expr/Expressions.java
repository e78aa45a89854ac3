package dev.archway.pipeline.expr;

import dev.archway.expression.Code;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Scope;
import dev.archway.expression.Template;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Expands strategies and fills in every expression whose value is known before the run. One that is
 * known later stays as text, and what it reads is noted for its stage; one that is never known is a
 * finding. Strategies become {@code parallel} blocks, so that the readers know nothing of them. One
 * for each compilation.
 */
public final class Expressions {
  /** How many copies all strategies of a pipeline may make. */
  private static final int MOST_COPIES = 2_000;

  /** The key that carries a strategy's {@code maxConcurrency} to the reader of the block. */
  public static final String MOST_AT_ONCE = "maxConcurrency";

  private static final Set<String> NODES = Set.of("stage", "step", "stepGroup");

  private final Findings findings;
  private final Strategies strategies;
  private final IdentityHashMap<YamlNode, Reads> reads = new IdentityHashMap<>();
  private Map<String, String> values = new TreeMap<>();
  private Set<String> needs = new TreeSet<>();
  private int copies;

  public Expressions(Findings findings) {
    this.findings = findings;
    this.strategies = new Strategies(findings);
  }

  /**
   * What the expressions left in a stage read.
   *
   * @param values known by now; a key {@code ID/path} is for the step or group {@code ID} alone
   * @param needs known when the stage is dispatched
   */
  public record Reads(Map<String, String> values, Set<String> needs) {}

  /** Of a stage in the tree that {@link #resolve} returned. */
  public Reads reads(YamlNode stage) {
    Reads found = reads.get(stage);
    return found == null ? new Reads(Map.of(), Set.of()) : found;
  }

  /** The pipeline with its strategies expanded and its expressions filled in. */
  public YamlNode.Mapping resolve(YamlNode.Mapping pipeline) {
    Map<String, Object> known = new LinkedHashMap<>();
    known.put("account.identifier", "default");
    put(known, "org.identifier", pipeline.text("orgIdentifier"));
    put(known, "project.identifier", pipeline.text("projectIdentifier"));
    put(known, "pipeline.identifier", pipeline.text("identifier"));
    put(known, "pipeline.name", pipeline.text("name"));
    settings(pipeline.get("tags"), "pipeline.tags", known);
    settings(pipeline.get("properties"), "pipeline.properties", known);
    Set<String> stages = new LinkedHashSet<>();
    Names names = new Names(known, null, Set.of(), Set.of(), stages);
    names = variables(pipeline, "pipeline.variables.", names);
    names = collect(pipeline.get("stages"), stages, names);
    return (YamlNode.Mapping) walk(pipeline, "pipeline", names);
  }

  private Names collect(@Nullable YamlNode items, Set<String> stages, Names names) {
    Names all = names;
    if (items instanceof YamlNode.Sequence sequence) {
      for (YamlNode item : sequence.items()) {
        if (item instanceof YamlNode.Mapping position) {
          all = collect(position.get("parallel"), stages, all);
          if (position.get("stage") instanceof YamlNode.Mapping stage) {
            String id = stage.text("identifier");
            if (id != null) {
              stages.add(id);
              all = variables(stage, "pipeline.stages." + id + ".variables.", all);
            }
          }
        }
      }
    }
    return all;
  }

  private static void put(Map<String, Object> values, String key, @Nullable String value) {
    if (value != null) {
      values.put(key, value);
    }
  }

  /** Raw settings, as far as they are plain text. */
  private static void settings(@Nullable YamlNode node, String path, Map<String, Object> known) {
    if (node instanceof YamlNode.Mapping mapping) {
      mapping.entries().forEach((key, value) -> settings(value, path + "." + key, known));
    } else if (node instanceof YamlNode.Scalar scalar && !Template.hasExpression(scalar.text())) {
      known.put(path, scalar.blank() ? "" : scalar.text());
    }
  }

  private static Names variables(YamlNode.Mapping owner, String prefix, Names names) {
    Names all = names;
    if (owner.get("variables") instanceof YamlNode.Sequence list) {
      for (YamlNode item : list.items()) {
        if (item instanceof YamlNode.Mapping variable
            && variable.text("name") != null
            && !"Secret".equals(variable.text("type"))) {
          String value = variable.text("value");
          try {
            String text = value == null ? "" : value;
            if (Template.hasExpression(text)) {
              text = Template.parse(text).fill(all);
            }
            all = all.with(Map.of(prefix + variable.text("name"), text));
          } catch (ExpressionException e) {
            // Told where the value stands; whoever reads the variable is told as well.
          }
        }
      }
    }
    return all;
  }

  private YamlNode walk(YamlNode node, String path, Names names) {
    return switch (node) {
      case YamlNode.Scalar scalar -> scalar(scalar, path, names);
      case YamlNode.Sequence sequence -> {
        List<YamlNode> items = new ArrayList<>();
        for (int i = 0; i < sequence.items().size(); i++) {
          items.add(item(sequence.items().get(i), path + "[" + i + "]", names));
        }
        yield new YamlNode.Sequence(items, sequence.place());
      }
      case YamlNode.Mapping mapping -> mapping(mapping, path, names);
    };
  }

  private YamlNode mapping(YamlNode.Mapping mapping, String path, Names names) {
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    boolean conditional = path.endsWith(".when") || mapping.get("retryCount") != null;
    mapping
        .entries()
        .forEach((key, value) -> {
          if (key.contains("<+")) {
            error(
                mapping.keys().getOrDefault(key, mapping.place()),
                path,
                "an expression in the key \"%s\" (expected: one in a value)".formatted(key));
          }
          String below = path + "." + key;
          entries.put(
              key,
              conditional && key.equals("condition") && value instanceof YamlNode.Scalar scalar
                  ? condition(scalar, below, names)
                  : walk(value, below, names));
        });
    return new YamlNode.Mapping(entries, mapping.keys(), mapping.place());
  }

  /** A member of a list, which may be a stage, a group or a step with a strategy. */
  private YamlNode item(YamlNode item, String path, Names names) {
    if (!(item instanceof YamlNode.Mapping mapping)) {
      return walk(item, path, names);
    }
    for (String kind : NODES) {
      if (mapping.get(kind) instanceof YamlNode.Mapping body) {
        String here = path + "." + kind;
        if (!(body.get("strategy") instanceof YamlNode.Mapping strategy) || strategy.blank()) {
          return with(mapping, kind, node(kind, body, here, names));
        }
        return loop(mapping, kind, body, strategy, here, names);
      }
    }
    return walk(item, path, names);
  }

  private YamlNode loop(
      YamlNode.Mapping item,
      String kind,
      YamlNode.Mapping body,
      YamlNode.Mapping strategy,
      String path,
      Names names) {
    Strategies.Loop loop = strategies.read(strategy, path + ".strategy", names);
    if (loop == null) {
      return with(item, kind, node(kind, without(body), path, names));
    }
    copies += loop.cells().size();
    if (copies > MOST_COPIES) {
      findings.error(
          strategy.place(),
          path + ".strategy",
          ProblemCode.TOO_LARGE,
          "all strategies together make more than %d runs (expected: less)".formatted(MOST_COPIES));
      return with(item, kind, new YamlNode.Mapping(Map.of(), Map.of(), body.place()));
    }
    List<YamlNode> members = new ArrayList<>();
    for (int i = 0; i < loop.cells().size(); i++) {
      Map<String, Object> cell = new LinkedHashMap<>(loop.cells().get(i));
      Names inner = names.withoutStrategy();
      if (kind.equals("stage")) {
        loop.cells().get(i).forEach((key, value) -> cell.put("stage." + key, value));
      }
      members.add(
          with(item, kind, node(kind, numbered(body, i, loop.nodeName()), path, inner.with(cell))));
    }
    Map<String, YamlNode> block = new LinkedHashMap<>();
    block.put("parallel", new YamlNode.Sequence(members, item.place()));
    if (loop.most() > 0) {
      block.put(
          MOST_AT_ONCE, new YamlNode.Scalar(Integer.toString(loop.most()), true, strategy.place()));
    }
    return new YamlNode.Mapping(block, Map.of(), item.place());
  }

  private static YamlNode.Mapping without(YamlNode.Mapping body) {
    Map<String, YamlNode> entries = new LinkedHashMap<>(body.entries());
    entries.remove("strategy");
    return new YamlNode.Mapping(entries, body.keys(), body.place());
  }

  private static YamlNode.Mapping numbered(
      YamlNode.Mapping body, int index, @Nullable String nodeName) {
    Map<String, YamlNode> entries = new LinkedHashMap<>(without(body).entries());
    for (String key : List.of("identifier", "name")) {
      String text = body.text(key);
      if (text != null) {
        YamlNode.Place place = java.util.Objects.requireNonNull(body.get(key)).place();
        String label = key.equals("name") && nodeName != null ? nodeName : text + "_" + index;
        entries.put(key, new YamlNode.Scalar(label, true, place));
      }
    }
    return new YamlNode.Mapping(entries, body.keys(), body.place());
  }

  private static YamlNode with(YamlNode.Mapping item, String kind, YamlNode body) {
    Map<String, YamlNode> entries = new LinkedHashMap<>(item.entries());
    entries.put(kind, body);
    return new YamlNode.Mapping(entries, item.keys(), item.place());
  }

  private YamlNode node(String kind, YamlNode.Mapping body, String path, Names names) {
    Map<String, Object> own = new LinkedHashMap<>();
    String word = kind.equals("stepGroup") ? "stepGroup" : kind;
    put(own, word + ".identifier", body.text("identifier"));
    put(own, word + ".name", body.text("name"));
    Names here = names.with(own);
    if (!kind.equals("stage")) {
      String id = body.text("identifier");
      return mapping(body, path, id == null ? here : here.inStep(id));
    }
    values = new TreeMap<>();
    needs = new TreeSet<>();
    Set<String> ids = new LinkedHashSet<>(Set.of("clone"));
    Set<String> loops = new LinkedHashSet<>();
    steps(body, ids, loops);
    YamlNode stage =
        mapping(body, path, variables(body, "stage.variables.", here.inStage(ids, loops)));
    reads.put(stage, new Reads(values, needs));
    return stage;
  }

  private static void steps(YamlNode node, Set<String> ids, Set<String> loops) {
    switch (node) {
      case YamlNode.Scalar _ -> {}
      case YamlNode.Sequence sequence -> sequence.items().forEach(n -> steps(n, ids, loops));
      case YamlNode.Mapping mapping -> {
        for (String kind : List.of("step", "stepGroup")) {
          if (mapping.get(kind) instanceof YamlNode.Mapping step
              && step.text("identifier") != null) {
            boolean looped = step.get("strategy") instanceof YamlNode.Mapping;
            (looped ? loops : ids).add(String.valueOf(step.text("identifier")));
          }
        }
        mapping.entries().values().forEach(n -> steps(n, ids, loops));
      }
    }
  }

  private YamlNode condition(YamlNode.Scalar scalar, String path, Names names) {
    if (scalar.blank()) {
      return scalar;
    }
    try {
      return switch (Template.condition(scalar.text()).in(names)) {
        case Scope.Found.Known(var value) ->
            new YamlNode.Scalar(Boolean.toString(Code.truth(value)), true, scalar.place());
        case Scope.Found.Later _ -> {
          note(Template.condition(scalar.text()), names);
          yield scalar;
        }
        case Scope.Found.Never(String why) -> {
          error(scalar.place(), path, why);
          yield new YamlNode.Scalar("true", true, scalar.place());
        }
      };
    } catch (ExpressionException e) {
      error(scalar.place(), path, String.valueOf(e.getMessage()));
      return new YamlNode.Scalar("true", true, scalar.place());
    }
  }

  private YamlNode scalar(YamlNode.Scalar scalar, String path, Names names) {
    if (!Template.hasExpression(scalar.text())) {
      return scalar;
    }
    StringBuilder text = new StringBuilder();
    try {
      for (Template.Part part : Template.parse(scalar.text()).parts()) {
        switch (part) {
          case Template.Part.Text(String literal) -> text.append(literal);
          case Template.Part.Value(Code code) -> {
            try {
              text.append(value(code, scalar, path, names));
            } catch (ExpressionException e) {
              error(scalar.place(), path, String.valueOf(e.getMessage()));
            }
          }
        }
      }
    } catch (ExpressionException e) {
      error(scalar.place(), path, String.valueOf(e.getMessage()));
    }
    return new YamlNode.Scalar(text.toString(), scalar.plain(), scalar.place());
  }

  private String value(Code code, YamlNode.Scalar scalar, String path, Names names)
      throws ExpressionException {
    if (code.written().equals("input")) {
      findings.error(
          scalar.place(),
          path,
          ProblemCode.UNRESOLVED_INPUT,
          "<+input> inside a longer value (expected: <+input> as the whole value)");
      return "";
    }
    return switch (code.in(names)) {
      case Scope.Found.Known(var value) -> {
        if (value == null) {
          throw new ExpressionException(
              "<+%s> is nothing in a run that no event started (expected: a value)"
                  .formatted(code.written()));
        }
        yield Code.text(value);
      }
      case Scope.Found.Later _ -> {
        note(code, names);
        yield "<+" + code.written() + ">";
      }
      case Scope.Found.Never(String why) -> throw new ExpressionException(why);
    };
  }

  /** Notes what an expression that stays will read. */
  private void note(Code code, Names names) {
    for (List<String> path : code.references()) {
      String joined = String.join(".", path);
      if (names.find(path) instanceof Scope.Found.Known(var value)) {
        String owner = names.step() == null ? "" : names.step() + "/";
        if (value instanceof Map<?, ?> map) {
          map.forEach((key, inner) -> values.put(owner + joined + "." + key, Code.text(inner)));
        } else if (value != null) {
          values.put(owner + joined, Code.text(value));
        }
      } else if (!Set.of("steps", "execution", "stage", "step").contains(path.getFirst())) {
        needs.add(joined);
      }
    }
  }

  private void error(YamlNode.Place place, String path, String message) {
    findings.error(place, path, ProblemCode.UNSUPPORTED_EXPRESSION, message);
  }
}
