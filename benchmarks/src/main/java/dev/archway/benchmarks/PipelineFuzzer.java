package dev.archway.benchmarks;

import dev.archway.contract.failure.Problem;
import dev.archway.pipeline.Compilation;
import dev.archway.pipeline.PipelineCompiler;
import dev.archway.pipeline.PipelineSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Reader, inputs, templates, expressions and compiler at once. The text is cut at lines of {@code
 * ---}: the first piece is the pipeline, the others are input sets or templates, by what they begin
 * with. Whatever comes in, the answer is a plan or findings.
 */
public final class PipelineFuzzer {
  private static final Map<String, Object> INPUTS = Map.of("build", "<+x>", "namespace", "n");

  private PipelineFuzzer() {}

  /** Called by Jazzer for each input. */
  public static void fuzzerTestOneInput(byte[] data) {
    List<String> pieces =
        new ArrayList<>(
            Arrays.asList(new String(data, StandardCharsets.UTF_8).split("\n---\n", 5)));
    String pipeline = pieces.removeFirst();
    List<String> templates = pieces.stream().filter(p -> p.startsWith("template")).toList();
    pieces.removeAll(templates);
    Compilation compilation =
        PipelineCompiler.compile(
            new PipelineSource(pipeline, INPUTS, pieces, templates, List.of(), "main"),
            AnyConnector.INSTANCE);
    switch (compilation) {
      case Compilation.Compiled(var plan, _, _) -> {
        if (plan.stages().isEmpty()) {
          throw new IllegalStateException("a plan without stages");
        }
      }
      case Compilation.Refused(List<Problem> problems) -> {
        if (problems.stream().noneMatch(p -> p.severity() == Problem.Severity.ERROR)) {
          throw new IllegalStateException("refused without an error: " + problems);
        }
      }
    }
  }
}
