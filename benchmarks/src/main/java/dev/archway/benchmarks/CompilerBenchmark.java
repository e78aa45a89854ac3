package dev.archway.benchmarks;

import dev.archway.contract.failure.Problem;
import dev.archway.pipeline.Compilation;
import dev.archway.pipeline.PipelineCompiler;
import dev.archway.pipeline.PipelineSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long it takes to read, check and plan: 2,000 lines with 200 stage runs (bar: 50 ms), 10 MB of
 * YAML and a matrix of 10,000 cells (bar: refused within 1 s).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class CompilerBenchmark {
  private final String large = large();
  private final String huge = "pipeline:\n  name: x\n" + "  # padding padding\n".repeat(550_000);
  private final String hugeList = "pipeline:\n  x:\n" + "    - a\n".repeat(350_000);
  private final String cells =
      stage(0, "strategy: {matrix: {a: [%s], b: [%s]}}".formatted(numbers(100), numbers(100)));

  /** 100 stages of 20 lines, each on two platforms or twice by a matrix. */
  @Benchmark
  public Compilation twoThousandLines() {
    Compilation compilation = compile(large);
    if (!(compilation instanceof Compilation.Compiled(var plan, _, _))
        || plan.stages().size() != 200) {
      throw new IllegalStateException("no plan of 200 runs: " + compilation);
    }
    return compilation;
  }

  /** Ten megabytes. */
  @Benchmark
  public Compilation tenMegabytes() {
    return refused(huge);
  }

  /** As many nodes as fit in the limit of characters. */
  @Benchmark
  public Compilation tooManyNodes() {
    return refused(hugeList);
  }

  /** Ten thousand cells. */
  @Benchmark
  public Compilation tenThousandCells() {
    return refused("pipeline:\n  identifier: p\n  name: p\n  stages:\n" + cells);
  }

  private static Compilation refused(String yaml) {
    Compilation compilation = compile(yaml);
    if (!(compilation instanceof Compilation.Refused(List<Problem> problems))
        || problems.stream().noneMatch(problem -> problem.code().equals("too-large"))) {
      throw new IllegalStateException("not refused as too large: " + compilation);
    }
    return compilation;
  }

  private static Compilation compile(String yaml) {
    return PipelineCompiler.compile(
        new PipelineSource(yaml, Map.of(), List.of(), null), AnyConnector.INSTANCE);
  }

  private static String large() {
    StringBuilder yaml =
        new StringBuilder(
            "pipeline:\n  identifier: p\n  name: p\n  variables:\n    - {name: v, type: String, value: one}\n  stages:\n");
    for (int i = 0; i < 100; i++) {
      yaml.append(stage(i, i % 2 == 0 ? "strategy: {matrix: {x: [one, two]}}" : "tags: {a: b}"));
    }
    return yaml.toString();
  }

  private static String stage(int number, String more) {
    String platforms = number % 2 == 0 ? "" : "\n          platforms: [linux/amd64, linux/arm64]";
    return """
    - stage:
        identifier: s%1$d
        name: Stage %1$d
        type: CI
        %2$s
        spec:
          cloneCodebase: false%3$s
          infrastructure:
            type: KubernetesDirect
            spec: {connectorRef: local, namespace: default}
          execution:
            steps:
              - step:
                  identifier: run
                  name: Run
                  type: Run
                  spec:
                    connectorRef: docker
                    image: alpine:3
                    command: echo <+pipeline.variables.v> <+stage.name> <+pipeline.executionId>
    """
        .formatted(number, more, platforms.replace("          ", "      "))
        .indent(4);
  }

  private static String numbers(int count) {
    StringBuilder numbers = new StringBuilder("0");
    for (int i = 1; i < count; i++) {
      numbers.append(", ").append(i);
    }
    return numbers.toString();
  }
}
