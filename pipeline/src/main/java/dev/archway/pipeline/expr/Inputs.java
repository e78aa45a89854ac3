package dev.archway.pipeline.expr;

import dev.archway.expression.Template;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.PipelineSource;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.pipeline.yaml.YamlNode.Place;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fills in runtime inputs (Harness page "Fixed values, runtime inputs, and expressions"). What
 * answers them are documents, which mirror the tree and may hold expressions of their own, and
 * single values, which are found by the end of a path such as {@code
 * stages.upload.spec.infrastructure.spec.namespace} and are never evaluated. Members of lists are
 * named by their identifier.
 */
public final class Inputs {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  private final Map<String, Object> single;
  private final @Nullable String branch;
  private final Findings findings;
  private final Set<String> used = new HashSet<>();

  private Inputs(Map<String, Object> single, @Nullable String branch, Findings findings) {
    this.single = single;
    this.branch = branch;
    this.findings = findings;
  }

  /** The pipeline with its inputs filled in; what has no value stays and is a finding. */
  public static YamlNode.Mapping fill(
      YamlNode.Mapping pipeline, PipelineSource source, Findings findings) {
    Map<String, Object> single = new LinkedHashMap<>(source.inputs());
    Object set = source.inputs().getOrDefault("inputSet", source.inputs());
    single.remove("inputSet");
    single.remove("pipeline");
    List<Answers> answers = new ArrayList<>();
    if (set instanceof Map<?, ?> map && map.get("pipeline") instanceof Map<?, ?> shaped) {
      answers.add(new Answers(node(shaped, Place.NONE), "", false));
    }
    answers.addAll(InputSets.read(source.inputSets(), pipeline.text("identifier"), findings));
    Inputs inputs = new Inputs(single, source.branch(), findings);
    YamlNode.Mapping filled = inputs.mapping(pipeline, "", answers);
    for (String key : single.keySet()) {
      if (!inputs.used.contains(key)) {
        findings.warning(
            Place.NONE,
            key,
            ProblemCode.UNKNOWN_INPUT,
            "input \"%s\" is not asked for (expected: the path, or the end of the path, of an <+input> in the pipeline)"
                .formatted(key));
      }
    }
    return filled;
  }

  /** A template's body with its inputs filled in from where it is used. */
  static YamlNode.Mapping fill(
      YamlNode.Mapping body, String path, @Nullable YamlNode given, Findings findings) {
    List<Answers> answers =
        given == null ? List.of() : List.of(new Answers(given, path + ".template", true));
    return new Inputs(Map.of(), null, findings).mapping(body, path, answers);
  }

  /**
   * Part of a document that answers inputs.
   *
   * @param from where the document is, for findings
   * @param strict true when what answers nothing is an error
   */
  record Answers(YamlNode node, String from, boolean strict) {
    Answers at(YamlNode below, String key) {
      return new Answers(below, from.isEmpty() ? key : from + "." + key, strict);
    }

    boolean open() {
      return node instanceof YamlNode.Scalar scalar && InputCalls.parse(scalar.text()).isPresent();
    }
  }

  private YamlNode walk(YamlNode node, String path, List<Answers> answers) {
    return switch (node) {
      case YamlNode.Scalar scalar -> scalar(scalar, path, answers, null);
      case YamlNode.Sequence sequence -> sequence(sequence, path, answers);
      case YamlNode.Mapping mapping -> mapping(mapping, path, answers);
    };
  }

  private YamlNode.Mapping mapping(YamlNode.Mapping mapping, String path, List<Answers> answers) {
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    mapping
        .entries()
        .forEach((key, value) -> {
          List<Answers> below = new ArrayList<>();
          for (Answers given : answers) {
            if (given.node() instanceof YamlNode.Mapping of && of.get(key) != null) {
              below.add(given.at(java.util.Objects.requireNonNull(of.get(key)), key));
            }
          }
          String here = path.isEmpty() ? key : path + "." + key;
          boolean ofVariable = key.equals("value") && mapping.text("name") != null;
          entries.put(
              key,
              ofVariable && value instanceof YamlNode.Scalar scalar
                  ? scalar(scalar, here, below, mapping)
                  : walk(value, here, below));
        });
    for (Answers given : answers) {
      if (given.node() instanceof YamlNode.Mapping of) {
        of.entries()
            .forEach((key, value) -> {
              if (!mapping.entries().containsKey(key)) {
                notAsked(given.at(value, key));
              }
            });
      } else if (!given.node().blank()) {
        notAsked(given);
      }
    }
    return new YamlNode.Mapping(entries, mapping.keys(), mapping.place());
  }

  private YamlNode sequence(YamlNode.Sequence sequence, String path, List<Answers> answers) {
    Map<String, List<Answers>> members = new LinkedHashMap<>();
    for (Answers given : answers) {
      if (given.node() instanceof YamlNode.Sequence list
          && list.items().stream().allMatch(YamlNode.Mapping.class::isInstance)) {
        list.items().forEach(item -> collect(given.at(item, "?"), given.from(), members));
      } else if (!given.node().blank()) {
        notAsked(given);
      }
    }
    Set<String> met = new HashSet<>();
    YamlNode filled = sequence(sequence, path, members, met);
    members.forEach((name, given) -> {
      if (!met.contains(name)) {
        given.forEach(this::notAsked);
      }
    });
    return filled;
  }

  private YamlNode sequence(
      YamlNode.Sequence sequence,
      String path,
      Map<String, List<Answers>> members,
      Set<String> met) {
    List<YamlNode> items = new ArrayList<>();
    for (YamlNode item : sequence.items()) {
      if (!(item instanceof YamlNode.Mapping mapping)) {
        items.add(walk(item, path, List.of()));
      } else if (mapping.entries().size() == 1
          && mapping.get("parallel") instanceof YamlNode.Sequence inner) {
        items.add(
            new YamlNode.Mapping(
                Map.of("parallel", sequence(inner, path, members, met)),
                mapping.keys(),
                mapping.place()));
      } else {
        YamlNode.Mapping body = body(mapping);
        String name = name(body);
        met.add(name);
        YamlNode filled = mapping(body, path + "." + name, members.getOrDefault(name, List.of()));
        items.add(
            !wraps(mapping)
                ? filled
                : new YamlNode.Mapping(
                    Map.of(mapping.entries().keySet().iterator().next(), filled),
                    mapping.keys(),
                    mapping.place()));
      }
    }
    return new YamlNode.Sequence(items, sequence.place());
  }

  private static void collect(Answers given, String from, Map<String, List<Answers>> members) {
    if (!(given.node() instanceof YamlNode.Mapping item)) {
      return;
    }
    if (item.get("parallel") instanceof YamlNode.Sequence inner) {
      inner.items().forEach(member -> collect(given.at(member, "?"), from, members));
      return;
    }
    YamlNode.Mapping body = body(item);
    String name = name(body);
    members
        .computeIfAbsent(name, _ -> new ArrayList<>())
        .add(new Answers(body, from + "." + name, given.strict()));
  }

  /** What stands below {@code stage}, {@code step} or {@code stepGroup}. */
  private static YamlNode.Mapping body(YamlNode.Mapping item) {
    return wraps(item) ? (YamlNode.Mapping) item.entries().values().iterator().next() : item;
  }

  private static boolean wraps(YamlNode.Mapping item) {
    return item.entries().size() == 1
        && item.entries().values().iterator().next() instanceof YamlNode.Mapping;
  }

  private static String name(YamlNode.Mapping mapping) {
    String id = mapping.text("identifier");
    String name = id == null ? mapping.text("name") : id;
    return name == null ? "?" : name;
  }

  /** A set repeats names and types around the values it gives; those answer nothing. */
  private void notAsked(Answers given) {
    String last = given.from().substring(given.from().lastIndexOf('.') + 1);
    boolean label = Set.of("identifier", "name", "type").contains(last);
    if ((label && given.node() instanceof YamlNode.Scalar) || given.open()) {
      return;
    }
    String message =
        "input \"%s\" is not asked for (expected: the path of an <+input>)".formatted(given.from());
    if (given.strict()) {
      findings.error(given.node().place(), given.from(), ProblemCode.UNKNOWN_INPUT, message);
    } else {
      findings.warning(Place.NONE, given.from(), ProblemCode.UNKNOWN_INPUT, message);
    }
  }

  /**
   * @param variable the variable whose value it is; null for others
   */
  private YamlNode scalar(
      YamlNode.Scalar scalar,
      String path,
      List<Answers> answers,
      YamlNode.@Nullable Mapping variable) {
    Optional<InputCalls> input = InputCalls.parse(scalar.text());
    if (input.isEmpty()) {
      for (Answers given : answers) {
        boolean same =
            given.node() instanceof YamlNode.Scalar answer
                && answer.text().strip().equals(scalar.text().strip());
        if (!same) {
          notAsked(given);
        }
      }
      return scalar;
    }
    InputRules rules = new InputRules(input.get(), scalar.place(), path, findings);
    YamlNode value = value(scalar.place(), path, answers);
    if (value == null) {
      rules.unanswered();
      String fallback = rules.fallback();
      if (fallback == null && variable != null) {
        String own = variable.text("default");
        fallback = own == null && "false".equals(variable.text("required")) ? "" : own;
      }
      if (fallback == null) {
        findings.error(
            scalar.place(),
            "pipeline." + path,
            ProblemCode.UNRESOLVED_INPUT,
            "no value for this input (expected: one); give it as input \"%s\""
                .formatted(path.substring(path.lastIndexOf('.') + 1)));
        return new YamlNode.Scalar("", true, scalar.place());
      }
      value = new YamlNode.Scalar(fallback, true, scalar.place());
    }
    rules.check(value);
    return path.endsWith("codebase.build") && value instanceof YamlNode.Scalar word
        ? build(word)
        : value;
  }

  private @Nullable YamlNode value(Place place, String path, List<Answers> answers) {
    Object alone = given(path);
    if (alone != null) {
      return isCondition(path) ? condition(alone, place, path) : node(alone, place);
    }
    for (Answers given : answers.reversed()) {
      if (!given.open()) {
        return walk(moved(given.node(), place), path, List.of());
      }
    }
    return path.endsWith("codebase.build") && branch != null ? node(branch, place) : null;
  }

  private static boolean isCondition(String path) {
    return path.endsWith(".condition");
  }

  /** A single value is no code: it cannot be a condition that would have to be evaluated. */
  private YamlNode condition(Object value, Place place, String path) {
    String text = value.toString().strip();
    if (!text.equals("true") && !text.equals("false")) {
      findings.error(
          place,
          "pipeline." + path,
          ProblemCode.BAD_VALUE,
          "a condition as a single input (expected: true or false; an input set may give a condition)");
      text = "true";
    }
    return new YamlNode.Scalar(text, true, place);
  }

  private @Nullable Object given(String path) {
    Object found = null;
    for (Map.Entry<String, Object> entry : single.entrySet()) {
      String key =
          entry.getKey().startsWith("pipeline.")
              ? entry.getKey().substring("pipeline.".length())
              : entry.getKey();
      if (path.equals(key) || path.endsWith("." + key)) {
        used.add(entry.getKey());
        found = entry.getValue();
      }
    }
    return found;
  }

  /**
   * {@code main} and {@code branch:main} mean a branch; {@code tag:v1}, {@code commit:…} and {@code
   * pr:5} the others.
   */
  private static YamlNode build(YamlNode.Scalar word) {
    String text = word.text().strip();
    int colon = text.indexOf(':');
    String kind =
        colon < 0
            ? (COMMIT.matcher(text).matches() ? "commit" : "branch")
            : text.substring(0, colon);
    String name = text.substring(colon + 1);
    return switch (kind) {
      case "tag" -> build("tag", "tag", name, word.place());
      case "commit" -> build("commitSha", "commitSha", name, word.place());
      case "pr" -> build("PR", "number", name, word.place());
      default -> build("branch", "branch", name, word.place());
    };
  }

  private static YamlNode build(String type, String key, String name, Place place) {
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    entries.put("type", new YamlNode.Scalar(type, true, place));
    entries.put(
        "spec",
        new YamlNode.Mapping(
            Map.of(key, new YamlNode.Scalar(name, true, place)), Map.of(key, place), place));
    return new YamlNode.Mapping(entries, Map.of("type", place, "spec", place), place);
  }

  /** The same nodes, at the place of what they answer: that is where the reader looks. */
  static YamlNode moved(YamlNode node, Place place) {
    return switch (node) {
      case YamlNode.Scalar(String text, boolean plain, _) ->
          new YamlNode.Scalar(text, plain, place);
      case YamlNode.Sequence sequence ->
          new YamlNode.Sequence(
              sequence.items().stream().map(item -> moved(item, place)).toList(), place);
      case YamlNode.Mapping mapping -> {
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        Map<String, Place> keys = new LinkedHashMap<>();
        mapping
            .entries()
            .forEach((key, value) -> {
              entries.put(key, moved(value, place));
              keys.put(key, place);
            });
        yield new YamlNode.Mapping(entries, keys, place);
      }
    };
  }

  private static YamlNode node(Object value, Place place) {
    if (value instanceof Map<?, ?> map) {
      Map<String, YamlNode> entries = new LinkedHashMap<>();
      Map<String, Place> keys = new LinkedHashMap<>();
      map.forEach((key, inner) -> {
        entries.put(String.valueOf(key), node(inner == null ? "" : inner, place));
        keys.put(String.valueOf(key), place);
      });
      return new YamlNode.Mapping(entries, keys, place);
    }
    if (value instanceof List<?> list) {
      return new YamlNode.Sequence(
          list.stream().map(item -> node(item == null ? "" : item, place)).toList(), place);
    }
    // A value is never evaluated, whatever stands in it.
    return new YamlNode.Scalar(Template.literal(value.toString()), true, place);
  }
}
