package dev.archway.pipeline.expr;

import dev.archway.expression.Code;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Scope;
import dev.archway.expression.Template;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.RunEvent;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
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

  private static final Pattern SECRET_PLACES =
      Pattern.compile(
          "\\.spec\\.(command|preCommand|args|postCommand)$|\\.spec\\.(envVariables|buildArgs|envDockerSecrets|fileDockerSecrets)\\.|\\.spec\\.settings\\.|\\.variables\\[\\d+]\\.value$|\\.notificationMethod\\.spec\\.(webhookUrl$|msTeamKeys|headers\\.)");

  private static final Set<String> NODES = Set.of("stage", "step", "stepGroup");

  private final Findings findings;
  private final Strategies strategies;
  private final IdentityHashMap<YamlNode, Reads> reads = new IdentityHashMap<>();
  private Map<String, String> values = new TreeMap<>();
  private Set<String> needs = new TreeSet<>();
  private final @Nullable RunEvent event;
  private int copies;

  /**
   * @param event what started the run; null when somebody did by hand
   */
  public Expressions(Findings findings, @Nullable RunEvent event) {
    this.findings = findings;
    this.event = event;
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
  public YamlNode.Mapping resolve(YamlNode.Mapping written) {
    YamlNode.Mapping pipeline = Copies.readByNumber(Aliases.resolved(written, findings));
    Map<String, Object> known = new LinkedHashMap<>();
    known.put("account.identifier", "default");
    known.put("account.name", "default");
    known.put("pipeline.executionMode", "NORMAL");
    known.put("pipeline.triggerType", event == null ? "MANUAL" : event.triggerType());
    known.put("pipeline.storeType", "INLINE");
    put(known, "org.identifier", pipeline.text("orgIdentifier"));
    put(known, "project.identifier", pipeline.text("projectIdentifier"));
    put(known, "pipeline.identifier", pipeline.text("identifier"));
    put(known, "pipeline.name", pipeline.text("name"));
    settings(pipeline.get("tags"), "pipeline.tags", known);
    settings(pipeline.get("properties"), "pipeline.properties", known);
    Outline outline = Outline.of(pipeline);
    Names names = variables(pipeline, "pipeline.variables.", new Names(known, outline, event));
    for (Outline.Stage stage : outline.stages()) {
      names = variables(stage.node(), "pipeline.stages." + stage.id() + ".variables.", names);
    }
    return (YamlNode.Mapping) walk(pipeline, "pipeline", names);
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
    } else if (node instanceof YamlNode.Scalar scalar) {
      Template.plain(scalar.text()).ifPresent(text -> known.put(path, scalar.blank() ? "" : text));
    }
  }

  private static Names variables(YamlNode.Mapping owner, String prefix, Names names) {
    Names all = names;
    if (owner.get("variables") instanceof YamlNode.Sequence list) {
      for (YamlNode item : list.items()) {
        if (item instanceof YamlNode.Mapping variable && variable.text("name") != null) {
          String value = SecretVariables.template(variable.text("type"), variable.text("value"));
          String path = prefix + variable.text("name");
          try {
            all = all.with(Map.of(path, variable(value == null ? "" : value, all)));
          } catch (ExpressionException e) {
            // Told where the value stands; whoever reads the variable is told as well.
          }
        }
      }
    }
    return all;
  }

  /** Its text, or what stands for it until the run. */
  private static Object variable(String value, Names names) throws ExpressionException {
    if (!Template.hasExpression(value)) {
      return value;
    }
    Template template = Template.parse(value);
    for (Template.Part part : template.parts()) {
      if (part instanceof Template.Part.Value(Code code)
          && code.in(names) instanceof Scope.Found.Later) {
        return new Names.Later(value);
      }
    }
    return template.fill(names);
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
          return Copies.with(mapping, kind, node(kind, body, here, names));
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
      return Copies.with(item, kind, node(kind, Copies.without(body), path, names));
    }
    copies += loop.cells().size();
    if (copies > MOST_COPIES) {
      findings.error(
          strategy.place(),
          path + ".strategy",
          ProblemCode.TOO_LARGE,
          "all strategies together make more than %d runs (expected: less)".formatted(MOST_COPIES));
      return Copies.with(item, kind, new YamlNode.Mapping(Map.of(), Map.of(), body.place()));
    }
    List<YamlNode> members = new ArrayList<>();
    for (int i = 0; i < loop.cells().size(); i++) {
      Map<String, Object> cell = new LinkedHashMap<>(loop.cells().get(i));
      Names inner = names.withoutStrategy();
      if (kind.equals("stage")) {
        loop.cells().get(i).forEach((key, value) -> cell.put("stage." + key, value));
      }
      YamlNode.Mapping copy = Copies.of(kind, body, i, loop.cells().size(), loop.nodeName());
      members.add(Copies.with(item, kind, node(kind, copy, path, inner.with(cell))));
    }
    Map<String, YamlNode> block = new LinkedHashMap<>();
    block.put("parallel", new YamlNode.Sequence(members, item.place()));
    if (loop.most() > 0) {
      block.put(
          MOST_AT_ONCE, new YamlNode.Scalar(Integer.toString(loop.most()), true, strategy.place()));
    }
    return new YamlNode.Mapping(block, Map.of(), item.place());
  }

  private YamlNode node(String kind, YamlNode.Mapping body, String path, Names names) {
    Map<String, Object> own = new LinkedHashMap<>();
    String word = kind.equals("stepGroup") ? "stepGroup" : kind;
    put(own, word + ".identifier", body.text("identifier"));
    put(own, word + ".name", filled(body.text("name"), names));
    put(own, word + ".type", body.text("type"));
    Names here = names.with(own);
    String id = body.text("identifier");
    if (!kind.equals("stage")) {
      Names inside = id == null ? here : here.inStep(id);
      return mapping(
          body,
          path,
          kind.equals("step") ? inside : variables(body, "stepGroup.variables.", inside));
    }
    values = new TreeMap<>();
    needs = new TreeSet<>();
    Map<String, Names.Steps.Order> order = new HashMap<>();
    order.put("clone", new Names.Steps.Order(-1, 0));
    Set<String> loops = new LinkedHashSet<>();
    if (body.get("spec") instanceof YamlNode.Mapping spec
        && spec.get("execution") instanceof YamlNode.Mapping execution) {
      steps(execution.get("steps"), 0, order, loops);
    }
    Names inside = here.inStage(id, body, order, loops);
    YamlNode stage = mapping(body, path, variables(body, "stage.variables.", inside));
    reads.put(stage, new Reads(values, needs));
    return stage;
  }

  private static @Nullable String filled(@Nullable String text, Names names) {
    try {
      return text == null ? null : Template.parse(text).fill(names);
    } catch (ExpressionException e) {
      return text;
    }
  }

  /** Notes when each step of a list runs; returns when the list ends. */
  private static int steps(
      @Nullable YamlNode list, int begin, Map<String, Names.Steps.Order> order, Set<String> loops) {
    int at = begin;
    if (list instanceof YamlNode.Sequence sequence) {
      for (YamlNode item : sequence.items()) {
        at = member(item, at, order, loops);
      }
    }
    return at;
  }

  private static int member(
      YamlNode item, int begin, Map<String, Names.Steps.Order> order, Set<String> loops) {
    int end = begin;
    if (item instanceof YamlNode.Mapping mapping) {
      if (mapping.get("parallel") instanceof YamlNode.Sequence members) {
        for (YamlNode member : members.items()) {
          end = Math.max(end, member(member, begin, order, loops));
        }
      }
      for (String kind : List.of("step", "stepGroup")) {
        if (mapping.get(kind) instanceof YamlNode.Mapping body) {
          end = Math.max(begin + 1, steps(body.get("steps"), begin, order, loops));
          String id = body.text("identifier");
          if (id != null) {
            order.put(id, new Names.Steps.Order(begin, end));
            if (body.get("strategy") instanceof YamlNode.Mapping strategy && !strategy.blank()) {
              loops.add(id);
              loops.addAll(Copies.steps(body.get("steps")));
            }
          }
        }
      }
    }
    return end;
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
          note(Template.condition(scalar.text()), scalar.place(), path, names);
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

  /**
   * The text with what is known filled in. Only what the pipeline's author wrote as an expression
   * is left as one: a value that looks like one stays that text for ever.
   */
  private YamlNode scalar(YamlNode.Scalar scalar, String path, Names names) {
    if (!Template.hasExpression(scalar.text())) {
      return scalar;
    }
    StringBuilder text = new StringBuilder();
    StringBuilder known = new StringBuilder();
    try {
      for (Template.Part part : Template.parse(scalar.text()).parts()) {
        switch (part) {
          case Template.Part.Text(String literal) -> known.append(literal);
          case Template.Part.Value(Code code) -> {
            try {
              String value = value(code, scalar, path, names);
              if (value != null) {
                known.append(value);
              } else {
                text.append(Template.literal(known.toString())).append(left(code, names));
                known.setLength(0);
              }
            } catch (ExpressionException e) {
              error(scalar.place(), path, String.valueOf(e.getMessage()));
            }
          }
        }
      }
    } catch (ExpressionException e) {
      error(scalar.place(), path, String.valueOf(e.getMessage()));
    }
    text.append(Template.literal(known.toString()));
    return new YamlNode.Scalar(text.toString(), scalar.plain(), scalar.place());
  }

  /** As it stays in the plan; a variable that is known later stays as what it was written as. */
  private static String left(Code code, Names names) {
    String template = names.deferred(List.of(code.written().split("\\.")));
    return template == null ? "<+" + code.written() + ">" : template;
  }

  /** The value; null when it is known later. */
  private @Nullable String value(Code code, YamlNode.Scalar scalar, String path, Names names)
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
        if (value == null && event == null) {
          findings.warning(
              scalar.place(),
              path,
              ProblemCode.UNSUPPORTED_EXPRESSION,
              "<+%s> is nothing%s, and stands here as \"null\""
                  .formatted(
                      code.written(),
                      code.references().stream().anyMatch(Names::ofEvent)
                          ? " in a run that no event started"
                          : ""));
        }
        yield Code.text(value);
      }
      case Scope.Found.Later _ -> {
        note(code, scalar.place(), path, names);
        yield null;
      }
      case Scope.Found.Never(String why) -> throw new ExpressionException(why);
    };
  }

  /** Notes what an expression that stays will read. */
  private void note(Code code, YamlNode.Place place, String path, Names names)
      throws ExpressionException {
    for (List<String> read : code.references()) {
      String joined = String.join(".", read);
      if (joined.equals("secrets")) {
        checkSecret(code, place, path);
        continue;
      }
      if (names.secretOutput(read)) {
        checkSecret(code, place, path);
        if (!ofThisStage(read) && !names.ofOwn(read)) {
          throw new ExpressionException(
              "<+%s> is a secret that its own stage alone knows (expected: to have the step write it to a secret manager, and to read it here with secrets.getValue)"
                  .formatted(joined));
        }
      }
      String template = names.deferred(read);
      if (template != null) {
        if (!code.written().equals(joined) || path.endsWith(".condition")) {
          throw new ExpressionException(
              "<+%s> is known during the run only, as \"%s\" (expected: that expression itself, or <+%s> alone)"
                  .formatted(joined, template, joined));
        }
        for (Template.Part part : Template.parse(template).parts()) {
          if (part instanceof Template.Part.Value(Code inner)) {
            note(inner, place, path, names);
          }
        }
      } else if (names.find(read) instanceof Scope.Found.Known(var value)) {
        String owner = names.step() == null ? "" : names.step() + "/";
        if (value instanceof Map<?, ?> map) {
          map.forEach((key, inner) -> values.put(owner + joined + "." + key, Code.text(inner)));
        } else if (value != null) {
          values.put(owner + joined, Code.text(value));
        }
      } else if (names.tooEarly(read)) {
        findings.warning(
            place,
            path,
            ProblemCode.UNSUPPORTED_EXPRESSION,
            "<+%s> is nothing here, since that step has not ended then (expected: an earlier step)"
                .formatted(joined));
      } else if (!ofThisStage(read) && !names.ofOwn(read)) {
        needs.add(joined);
      }
    }
  }

  private static boolean ofThisStage(List<String> path) {
    return Set.of("steps", "execution", "stage", "step").contains(path.getFirst());
  }

  /** A secret may stand where the executor alone reads it, and nobody is shown it. */
  private void checkSecret(Code code, YamlNode.Place place, String path)
      throws ExpressionException {
    if (!SECRET_PLACES.matcher(path).find()) {
      throw new ExpressionException(
          "<+%s> would be shown here (expected: a secret in a command, envVariables, a plugin's settings, docker secrets or a variable only)"
              .formatted(code.written()));
    }
    if (path.contains(".spec.buildArgs.")) {
      findings.warning(
          place,
          path,
          ProblemCode.UNSUPPORTED_EXPRESSION,
          "<+%s> can be read from the image's history by whoever may pull it (expected: no secret in a build argument)"
              .formatted(code.written()));
    }
  }

  private void error(YamlNode.Place place, String path, String message) {
    findings.error(place, path, ProblemCode.UNSUPPORTED_EXPRESSION, message);
  }
}
