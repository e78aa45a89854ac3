package dev.archway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.StagePlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every strategy; each seed makes another. */
class StrategyPropertiesTest {
  static IntStream seeds() {
    return IntStream.range(0, 200);
  }

  /** Axes with their values, and combinations to leave out. */
  private record Matrix(Map<String, List<String>> axes, List<Map<String, String>> excluded) {
    static Matrix random(Random random) {
      Map<String, List<String>> axes = new LinkedHashMap<>();
      for (int axis = 0; axis <= random.nextInt(3); axis++) {
        axes.put(
            "axis" + axis,
            IntStream.rangeClosed(0, random.nextInt(4)).mapToObj(i -> "v" + i).toList());
      }
      List<Map<String, String>> excluded = new ArrayList<>();
      for (int i = random.nextInt(3); i > 0; i--) {
        Map<String, String> some = new LinkedHashMap<>();
        axes.forEach((name, values) -> {
          if (random.nextBoolean()) {
            some.put(name, values.get(random.nextInt(values.size())));
          }
        });
        if (!some.isEmpty()) {
          excluded.add(some);
        }
      }
      return new Matrix(axes, excluded);
    }

    /** The cells by the definition: all combinations without those that an entry names in full. */
    Set<String> cells() {
      List<Map<String, String>> cells = List.of(Map.of());
      for (var axis : axes.entrySet()) {
        cells =
            cells.stream()
                .flatMap(cell ->
                    axis.getValue().stream()
                        .map(value -> {
                          Map<String, String> more = new LinkedHashMap<>(cell);
                          more.put(axis.getKey(), value);
                          return more;
                        }))
                .<Map<String, String>>map(cell -> cell)
                .toList();
      }
      return cells.stream()
          .filter(cell ->
              excluded.stream().noneMatch(gone -> cell.entrySet().containsAll(gone.entrySet())))
          .map(cell -> String.join(" ", cell.values()))
          .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    String yaml(int most) {
      String entries =
          axes.entrySet().stream()
              .map(axis -> axis.getKey() + ": " + axis.getValue())
              .collect(Collectors.joining(", "));
      String gone =
          excluded.stream()
              .map(some ->
                  some.entrySet().stream()
                      .map(e -> e.getKey() + ": " + e.getValue())
                      .collect(Collectors.joining(", ", "{", "}")))
              .collect(Collectors.joining(", "));
      return "strategy: {matrix: {%s%s%s}}"
          .formatted(
              entries,
              excluded.isEmpty() ? "" : ", exclude: [" + gone + "]",
              most == 0 ? "" : ", maxConcurrency: " + most);
    }

    String echo() {
      return "echo "
          + axes.keySet().stream().map("<+matrix.%s>"::formatted).collect(Collectors.joining(" "));
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aMatrixMakesEachCellOnceInOrder(int seed) {
    Random random = new Random(seed);
    Matrix matrix = Matrix.random(random);
    int most = random.nextInt(4);
    Compilation compilation =
        Samples.compile(
            Samples.pipeline("stages:\n" + Samples.stage("s", matrix.echo(), matrix.yaml(most))),
            Map.of());
    Set<String> cells = matrix.cells();
    if (cells.isEmpty()) {
      assertThat(compilation).isInstanceOf(Compilation.Refused.class);
      return;
    }
    ExecutionPlan plan = Samples.plan(compilation);
    assertThat(
            IntStream.range(0, plan.stages().size()).mapToObj(i -> Samples.run(plan, i).command()))
        .containsExactlyElementsOf(cells.stream().map("echo "::concat).toList());
    for (int i = 0; i < plan.stages().size(); i++) {
      StagePlan run = plan.stages().get(i);
      assertThat(run.id()).isEqualTo("s_" + i);
      assertThat(run.after()).isEmpty();
      StagePlan.Limit limit = run.limit();
      assertThat(limit == null ? 0 : limit.most()).isEqualTo(most);
    }
  }

  /** A step's matrix makes the same cells as a stage's. */
  @ParameterizedTest
  @MethodSource("seeds")
  void aMatrixMeansTheSameOnAStep(int seed) {
    Matrix matrix = Matrix.random(new Random(seed));
    Set<String> cells = matrix.cells();
    if (cells.isEmpty()) {
      return;
    }
    String stage =
        Samples.stage("s", matrix.echo())
            .replace(
                "identifier: run\n", "identifier: run\n              " + matrix.yaml(0) + "\n");
    ExecutionPlan plan =
        Samples.plan(Samples.compile(Samples.pipeline("stages:\n" + stage), Map.of()));
    assertThat(plan.stages()).hasSize(1);
    assertThat(plan.stages().getFirst().steps())
        .extracting(step -> step.id())
        .containsExactlyElementsOf(
            IntStream.range(0, cells.size()).mapToObj(i -> "run_" + i).toList());
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aRepeatCountsFromZero(int seed) {
    int times = 1 + seed % 100;
    String yaml =
        Samples.stage(
            "s",
            "echo <+strategy.iteration> of <+strategy.iterations>",
            "strategy: {repeat: {times: %d}}".formatted(times));
    ExecutionPlan plan =
        Samples.plan(Samples.compile(Samples.pipeline("stages:\n" + yaml), Map.of()));
    assertThat(
            IntStream.range(0, plan.stages().size()).mapToObj(i -> Samples.run(plan, i).command()))
        .containsExactlyElementsOf(
            IntStream.range(0, times).mapToObj(i -> "echo %d of %d".formatted(i, times)).toList());
  }
}
