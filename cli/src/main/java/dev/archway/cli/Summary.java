package dev.archway.cli;

import dev.archway.contract.api.ExecutionView;
import dev.archway.contract.api.ExecutionView.IndexView;
import dev.archway.contract.api.ExecutionView.StageView;
import dev.archway.contract.api.ExecutionView.StepView;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.report.TestReport;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An execution in a few lines. */
final class Summary {
  private Summary() {}

  static void print(ExecutionView view, Printer printer) {
    printer.line("");
    printer.line(
        "%s %s: %s in %s%s"
            .formatted(
                view.pipeline(),
                view.id(),
                view.status().word(),
                Commands.between(view.createdAt(), view.endedAt()),
                view.commit() == null ? "" : ", commit " + view.commit()));
    stages(view.stages(), printer);
    tests(view.stages(), printer);
    images(view, printer);
    failures(view, printer);
  }

  private static void stages(List<StageView> stages, Printer printer) {
    List<List<String>> rows = new ArrayList<>();
    for (StageView stage : stages) {
      rows.add(
          List.of(
              "  stage " + stage.id(),
              stage.status().word(),
              Commands.between(stage.startedAt(), stage.endedAt()),
              stage.platform() + (stage.emulated() ? " (emulated)" : ""),
              place(stage)));
    }
    printer.table(rows);
    for (StageView stage : stages) {
      if (!stage.ignored().isEmpty()) {
        printer.line(
            "  stage %s: %s ignores %s"
                .formatted(stage.id(), stage.runtime(), String.join(", ", stage.ignored())));
      }
    }
  }

  private static String place(StageView stage) {
    if (stage.ahead() != null) {
      return "waits for an executor, %d before it".formatted(stage.ahead());
    }
    return stage.attempt() > 1 ? "attempt " + stage.attempt() : "";
  }

  private static void tests(List<StageView> stages, Printer printer) {
    List<List<String>> rows = new ArrayList<>();
    for (StageView stage : stages) {
      for (StepView step : stage.steps()) {
        TestReport report = step.tests();
        if (report != null) {
          rows.add(
              List.of(
                  "  tests %s/%s".formatted(stage.id(), step.id()),
                  "%d run, %d failed, %d with errors, %d skipped"
                      .formatted(
                          report.tests(), report.failures(), report.errors(), report.skipped()),
                  Commands.text(report.duration()),
                  String.join("; ", report.warnings())));
        }
      }
    }
    printer.table(rows);
  }

  private static void images(ExecutionView view, Printer printer) {
    List<List<String>> rows = new ArrayList<>();
    for (StageView stage : view.stages()) {
      for (StepView step : stage.steps()) {
        for (PushedImage image : step.images()) {
          for (String tag : image.tags()) {
            rows.add(
                List.of(
                    "  image " + image.repository().tagged(tag),
                    image.digest().toString(),
                    image.platform() + (image.emulated() ? " (emulated)" : "")));
          }
        }
      }
    }
    for (IndexView index : view.indexes()) {
      for (String tag : index.tags()) {
        rows.add(
            List.of(
                "  index " + index.repository().tagged(tag),
                index.digest() == null ? index.status().word() : index.digest().toString(),
                "joins " + platforms(index)));
      }
    }
    printer.table(rows);
  }

  private static String platforms(IndexView index) {
    String joined =
        index.platforms().stream().map(Platform::toString).collect(Collectors.joining(", "));
    return index.missing().isEmpty()
        ? joined
        : joined + "; missing " + String.join(", ", index.missing());
  }

  private static void failures(ExecutionView view, Printer printer) {
    boolean told = false;
    for (StageView stage : view.stages()) {
      for (StepView step : stage.steps()) {
        told |= failure("stage %s, step %s".formatted(stage.id(), step.id()), step, printer);
      }
      boolean ofStep = stage.steps().stream().anyMatch(step -> step.failure() != null);
      if (!ofStep) {
        told |= failure("stage " + stage.id(), stage.failure(), null, printer);
      }
    }
    for (IndexView index : view.indexes()) {
      told |= failure("index " + index.id(), index.failure(), null, printer);
    }
    if (!told) {
      failure("execution", view.failure(), null, printer);
    }
  }

  private static boolean failure(String where, StepView step, Printer printer) {
    return failure(where, step.failure(), step.exitCode(), printer);
  }

  private static boolean failure(
      String where, @Nullable Failure failure, @Nullable Integer exitCode, Printer printer) {
    if (failure == null) {
      return false;
    }
    Integer code = failure.exitCode() == null ? exitCode : failure.exitCode();
    printer.line(
        "%s: %s%s"
            .formatted(where, failure.message(), code == null ? "" : " (exit code " + code + ")"));
    failure.logTail().forEach(line -> printer.line("  | " + line));
    return true;
  }
}
