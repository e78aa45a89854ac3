package dev.archway.pipeline;

import static java.util.Comparator.comparingLong;
import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.failure.Problem;
import dev.archway.pipeline.dialect.Field;
import dev.archway.pipeline.dialect.Form;
import dev.archway.pipeline.dialect.Kind;
import dev.archway.pipeline.dialect.PipelineShapes;
import dev.archway.pipeline.dialect.Shape;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.pipeline.yaml.YamlNode.Place;
import dev.archway.pipeline.yaml.YamlReader;
import dev.archway.pipeline.yaml.YamlWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compiler and schema judge every key of every shape alike: each is renamed, removed, added and
 * replaced in a pipeline that both accept. A reader that does not read what its shape has, or takes
 * what its shape does not allow, fails here, and so does a shape that no valid pipeline shows.
 */
class DialectMutationsTest {
  private static final Map<String, Object> INPUTS = Map.of("build", "main", "namespace", "default");

  /** What a change of shape may be told as. */
  private static final Set<String> SHAPE =
      Set.of(
          "wrong-kind",
          "unknown-key",
          "unknown-step-type",
          "missing-field",
          "bad-value",
          "bad-identifier",
          "not-supported");

  /** Findings about a strategy are told where it begins. */
  private static final Set<String> STRATEGIES = Set.of("Strategy", "Repeat", "Matrix");

  private static final YamlNode NOTHING = text("");
  private static final YamlNode WORD = text("nonsense");
  private static final YamlNode LIST = list(text("x"));
  private static final YamlNode LISTS = list(list(text("x")));
  private static final YamlNode MAPPING = mapping("x", text("y"));
  private static final YamlNode DEEP = mapping("x", list(text("y")));

  /**
   * A mapping in a pipeline.
   *
   * @param at the keys and indexes that lead to it
   */
  record Found(
      YamlNode.Mapping root, List<Object> at, Shape shape, Shape.Keys keys, YamlNode.Mapping node) {
    /** Shapes that differ by type are looked at once for each. */
    String name() {
      boolean typed = keys.fields().stream().anyMatch(f -> f.kind() instanceof Kind.ByType);
      return keys.name() + (typed ? " of type " + node.text("type") : "");
    }

    @Override
    public String toString() {
      return name();
    }
  }

  @ParameterizedTest
  @MethodSource("everyShape")
  void bothJudgeEveryChangeAlike(Found found) throws Exception {
    List<String> disagreements = new ArrayList<>();
    Set<String> before = told(found.root());
    assertThat(EditorSchema.complaints(found.root())).isEmpty();
    changes(found)
        .forEach((change, expected) -> {
          String key = change.key();
          YamlNode.Mapping root = with(found, change.node());
          Set<String> after = told(root);
          after.removeAll(before);
          boolean told =
              after.stream()
                  .anyMatch(finding ->
                      STRATEGIES.contains(found.keys().name())
                          || found.shape() instanceof Shape.Either
                          || finding.contains(key));
          List<String> complaints = EditorSchema.complaints(root);
          boolean agreed =
              switch (expected) {
                case REFUSED -> told && !complaints.isEmpty();
                case ACCEPTED -> after.isEmpty() && complaints.isEmpty();
                case UNSET -> !complaints.isEmpty();
                case FITS -> complaints.isEmpty();
                case TAKEN ->
                    after.stream()
                        .noneMatch(
                            f -> f.contains("." + key + ":") && !f.startsWith("unknown-key"));
              };
          if (!agreed) {
            disagreements.add(
                "%s (expected: %s): the compiler tells %s, the schema %s"
                    .formatted(change.name(), expected, after, complaints));
          }
        });
    assertThat(disagreements).isEmpty();
  }

  @Test
  void everyShapeIsShownByAValidPipeline() throws Exception {
    Set<String> shapes = new TreeSet<>();
    collect(PipelineShapes.PIPELINE, shapes);
    Set<String> shown = everyShape().map(found -> found.keys().name()).collect(Collectors.toSet());
    shapes.removeAll(shown);
    // Fixtures come without templates; TemplatesTest and the scenarios have some.
    assertThat(shapes).containsExactly("TemplateReference");
  }

  /** What is expected of a change. */
  private enum Expected {
    /** The compiler tells of it, and the schema complains. */
    REFUSED,
    /** Neither does. */
    ACCEPTED,
    /**
     * An empty mapping is left, which is nothing at all to the compiler; the schema wants it left
     * out.
     */
    UNSET,
    /** The schema does not complain; what the compiler tells depends on more than shape. */
    FITS,
    /** The compiler takes the value, whatever else is wrong with it then. */
    TAKEN
  }

  private record Change(String name, String key, YamlNode.Mapping node) {}

  private static Map<Change, Expected> changes(Found found) {
    Map<Change, Expected> changes = new LinkedHashMap<>();
    YamlNode.Mapping node = found.node();
    if (!found.keys().open()) {
      node.entries()
          .forEach((key, value) ->
              changes.put(
                  new Change("rename " + key, key, put(without(node, key), key + "X", value)),
                  Expected.REFUSED));
    }
    for (Field field : found.keys().fields()) {
      String key = field.key();
      boolean there = node.get(key) != null;
      switch (field.use()) {
        case IGNORED -> {
          add(changes, node, key, Expected.ACCEPTED, LISTS, DEEP, WORD);
        }
        case REFUSED, REFUSED_BY_READER -> {
          add(changes, node, key, Expected.REFUSED, LIST, MAPPING, WORD);
          add(changes, node, key, Expected.ACCEPTED, NOTHING, list(), list(text("")));
          if (field.harmless() != null) {
            add(changes, node, key, Expected.ACCEPTED, text(field.harmless()));
          }
        }
        case READ, RESOLVED -> {
          add(changes, node, key, Expected.REFUSED, wrong(field.kind(), node));
          if (there || !found.keys().one().contains(key)) {
            add(changes, node, key, Expected.FITS, text("<+input>"));
          }
          add(changes, node, key, Expected.TAKEN, words(field.kind()));
          boolean needed =
              field.required()
                  && (found.keys().unless() == null || node.get(found.keys().unless()) == null);
          if (needed && there) {
            changes.put(
                new Change("remove " + key, key, without(node, key)),
                node.entries().size() == 1 ? Expected.UNSET : Expected.REFUSED);
            add(changes, node, key, Expected.REFUSED, NOTHING);
            if (field.kind() instanceof Kind.Nested) {
              add(changes, node, key, Expected.REFUSED, mapping());
            }
          } else if (!there && !found.keys().one().contains(key)) {
            add(changes, node, key, Expected.ACCEPTED, NOTHING);
          }
        }
      }
    }
    return changes;
  }

  private static void add(
      Map<Change, Expected> changes,
      YamlNode.Mapping node,
      String key,
      Expected expected,
      YamlNode... values) {
    for (YamlNode value : values) {
      changes.put(
          new Change(YamlWriter.write(key, value).strip(), key, put(node, key, value)), expected);
    }
  }

  /** Values that a kind does not take. */
  private static YamlNode[] wrong(Kind kind, YamlNode.Mapping node) {
    return switch (kind) {
      case Kind.Text(Form form) when form != null -> new YamlNode[] {LIST, MAPPING, text("%%")};
      case Kind.Text _ -> new YamlNode[] {LIST, MAPPING};
      case Kind.Word _ -> new YamlNode[] {LIST, MAPPING, WORD};
      case Kind.Flag _ -> new YamlNode[] {LIST, MAPPING, WORD};
      case Kind.Count(long least, long most) ->
          most == Long.MAX_VALUE
              ? new YamlNode[] {LIST, MAPPING, WORD, text("" + (least - 1))}
              : new YamlNode[] {LIST, MAPPING, WORD, text("" + (least - 1)), text("" + (most + 1))};
      case Kind.Texts(Kind.Text(Form form), _) when form == null ->
          new YamlNode[] {MAPPING, LISTS, list(MAPPING)};
      case Kind.Texts _ -> new YamlNode[] {MAPPING, LISTS, text("%%"), list(text("%%"))};
      case Kind.TextsOr _ -> new YamlNode[] {LISTS, list(MAPPING)};
      case Kind.TextMap _ -> new YamlNode[] {WORD, LIST, DEEP};
      case Kind.Nested _ -> new YamlNode[] {WORD, LIST};
      case Kind.ByType(var shapes) ->
          shapes.containsKey(node.text("type")) ? new YamlNode[] {WORD, LIST} : new YamlNode[] {};
      case Kind.Members _ -> new YamlNode[] {WORD, MAPPING, LIST, LISTS};
      case Kind.Anything _ -> new YamlNode[] {};
    };
  }

  private static YamlNode[] words(Kind kind) {
    return switch (kind) {
      case Kind.Word(List<String> words, boolean anyCase) ->
          words.stream()
              .flatMap(word ->
                  anyCase ? Stream.of(word, word.toUpperCase(Locale.ROOT)) : Stream.of(word))
              .map(DialectMutationsTest::text)
              .toArray(YamlNode[]::new);
      case Kind.Texts(Kind each, _) -> words(each);
      default -> new YamlNode[] {};
    };
  }

  /** {@code code path: message} of what may be about shape; of words, errors alone. */
  private static Set<String> told(YamlNode.Mapping root) {
    YamlNode pipeline = root.get("pipeline");
    String yaml =
        pipeline == null || root.entries().size() > 1 ? "" : YamlWriter.write("pipeline", pipeline);
    return Samples.problems(Samples.compile(yaml, INPUTS)).stream()
        .filter(problem -> SHAPE.contains(problem.code()))
        .filter(problem ->
            problem.severity() == Problem.Severity.ERROR || problem.code().equals("unknown-key"))
        .map(problem -> problem.code() + " " + problem.path() + ": " + problem.message())
        .collect(Collectors.toCollection(HashSet::new));
  }

  static Stream<Found> everyShape() throws Exception {
    Map<String, Found> shapes = new TreeMap<>();
    // The smallest that shows it, since it is compiled once for each change.
    for (Path file :
        PipelineCompilerTest.valid().sorted(comparingLong(f -> f.toFile().length())).toList()) {
      if (YamlReader.read(Files.readString(file)) instanceof YamlNode.Mapping root) {
        find(root, List.of("pipeline"), root.get("pipeline"), PipelineShapes.PIPELINE, shapes);
      }
    }
    return shapes.values().stream();
  }

  private static void find(
      YamlNode.Mapping root,
      List<Object> at,
      @Nullable YamlNode here,
      Shape shape,
      Map<String, Found> shapes) {
    if (!(here instanceof YamlNode.Mapping node)) {
      return;
    }
    Shape.Keys keys =
        shape.chosen(key -> {
          YamlNode value = node.get(key);
          return value != null && !value.blank();
        });
    Found found = new Found(root, at, shape, keys, node);
    shapes.putIfAbsent(found.name(), found);
    for (Field field : keys.fields()) {
      YamlNode value = node.get(field.key());
      List<Object> below = longer(at, field.key());
      switch (field.kind()) {
        case Kind.TextsOr(var mapping) -> find(root, below, value, mapping.get(), shapes);
        case Kind.Nested(var nested) -> find(root, below, value, nested.get(), shapes);
        case Kind.ByType(var types) -> {
          Shape.Keys spec = types.get(String.valueOf(node.text("type")));
          if (spec != null) {
            find(root, below, value, spec, shapes);
          }
        }
        case Kind.Members(var member, _) -> {
          if (value instanceof YamlNode.Sequence list) {
            for (int i = 0; i < list.items().size(); i++) {
              find(root, longer(below, i), list.items().get(i), member.get(), shapes);
            }
          }
        }
        default -> {}
      }
    }
  }

  private static void collect(Shape shape, Set<String> names) {
    if (shape instanceof Shape.Either either) {
      either.alternatives().forEach(keys -> collect(keys, names));
    } else if (shape instanceof Shape.Keys keys && names.add(keys.name())) {
      for (Field field : keys.fields()) {
        switch (field.kind()) {
          case Kind.TextsOr(var mapping) -> collect(mapping.get(), names);
          case Kind.Nested(var nested) -> collect(nested.get(), names);
          case Kind.Members(var member, _) -> collect(member.get(), names);
          case Kind.ByType(var types) -> types.values().forEach(spec -> collect(spec, names));
          default -> {}
        }
      }
    }
  }

  private static List<Object> longer(List<Object> at, Object next) {
    return Stream.concat(at.stream(), Stream.of(next)).toList();
  }

  private static YamlNode mapping() {
    return new YamlNode.Mapping(Map.of(), Map.of(), Place.NONE);
  }

  private static YamlNode.Mapping with(Found found, YamlNode.Mapping node) {
    return (YamlNode.Mapping) replaced(found.root(), found.at(), node);
  }

  private static YamlNode replaced(YamlNode node, List<Object> at, YamlNode by) {
    if (at.isEmpty()) {
      return by;
    }
    List<Object> rest = at.subList(1, at.size());
    return switch (node) {
      case YamlNode.Mapping mapping -> {
        String key = (String) at.getFirst();
        yield put(mapping, key, replaced(Objects.requireNonNull(mapping.get(key)), rest, by));
      }
      case YamlNode.Sequence sequence -> {
        int index = (Integer) at.getFirst();
        List<YamlNode> items = new ArrayList<>(sequence.items());
        items.set(index, replaced(items.get(index), rest, by));
        yield new YamlNode.Sequence(items, sequence.place());
      }
      case YamlNode.Scalar _ -> throw new IllegalArgumentException("nothing is below a scalar");
    };
  }

  private static YamlNode.Mapping put(YamlNode.Mapping mapping, String key, YamlNode value) {
    Map<String, YamlNode> entries = new LinkedHashMap<>(mapping.entries());
    entries.put(key, value);
    return new YamlNode.Mapping(entries, mapping.keys(), mapping.place());
  }

  private static YamlNode.Mapping without(YamlNode.Mapping mapping, String key) {
    Map<String, YamlNode> entries = new LinkedHashMap<>(mapping.entries());
    entries.remove(key);
    return new YamlNode.Mapping(entries, mapping.keys(), mapping.place());
  }

  private static YamlNode text(String text) {
    return new YamlNode.Scalar(text, true, Place.NONE);
  }

  private static YamlNode list(YamlNode... items) {
    return new YamlNode.Sequence(List.of(items), Place.NONE);
  }

  private static YamlNode mapping(String key, YamlNode value) {
    return new YamlNode.Mapping(Map.of(key, value), Map.of(), Place.NONE);
  }
}
