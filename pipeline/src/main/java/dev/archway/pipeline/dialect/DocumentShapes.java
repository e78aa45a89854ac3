package dev.archway.pipeline.dialect;

import static dev.archway.pipeline.dialect.Field.byType;
import static dev.archway.pipeline.dialect.Field.object;
import static dev.archway.pipeline.dialect.Field.text;
import static dev.archway.pipeline.dialect.Field.texts;
import static dev.archway.pipeline.dialect.Field.word;

import java.util.List;
import java.util.Map;

/**
 * The documents that a submission is made of (Harness pages "Input sets and overlays" and
 * "Templates overview"). Of keys that the compiler does not read in them it says nothing, but for a
 * pipeline's.
 */
public final class DocumentShapes {
  /** What an input set answers depends on the pipeline it is for. */
  private static final Shape.Keys ANSWERS =
      Shape.of("Answers", "The pipeline's tree, with values where it has <+input>.")
          .with(text("identifier", "The pipeline it is for."))
          .opened();

  private static final Shape.Keys INPUT_SET =
      Shape.of("InputSet", "Values for a pipeline's <+input>s.")
          .with(
              text("identifier", "The set's identifier, which overlays name."),
              object(
                      "pipeline",
                      "The pipeline's tree, with values where it has <+input>.",
                      () -> ANSWERS)
                  .needed())
          .opened();

  private static final Shape.Keys OVERLAY =
      Shape.of("OverlayInputSet", "Several input sets, of which later ones win.")
          .with(
              text("pipelineIdentifier", "The pipeline it is for."),
              texts("inputSetReferences", "The sets' identifiers.")
                  .of(new Kind.Texts(new Kind.Text(null), false))
                  .needed())
          .opened();

  private static final String REST = "What is not here stands where the template is used.";

  private static final Shape.Keys TEMPLATE =
      Shape.of("Template", "A part of pipelines that is written once.")
          .with(
              text("identifier", "The identifier, which templateRef names.").needed(),
              text("versionLabel", "Its version, where there are several."),
              word(
                      "type",
                      "What it is a template of.",
                      List.of("Step", "StepGroup", "Stage", "Pipeline"))
                  .needed(),
              byType(
                      "spec",
                      "The part.",
                      Map.of(
                          "Step", StepShapes.STEP.partly("StepTemplate", REST),
                          "StepGroup", StepShapes.GROUP.partly("StepGroupTemplate", REST),
                          "Stage", StageShapes.STAGE.partly("StageTemplate", REST),
                          "Pipeline", PipelineShapes.PIPELINE.partly("PipelineTemplate", REST)))
                  .needed())
          .opened();

  /** Whatever an editor may have open. */
  public static final Shape.Either DOCUMENT =
      new Shape.Either(
          "Document",
          List.of(
              Shape.of("InputSetDocument", "An input set.")
                  .with(object("inputSet", "The input set.", () -> INPUT_SET).needed())
                  .opened(),
              Shape.of("OverlayDocument", "An overlay of input sets.")
                  .with(object("overlayInputSet", "The overlay.", () -> OVERLAY).needed())
                  .opened(),
              Shape.of("TemplateDocument", "A template.")
                  .with(object("template", "The template.", () -> TEMPLATE).needed())
                  .opened(),
              Shape.of("PipelineDocument", "A pipeline.")
                  .with(
                      object("pipeline", "The pipeline.", () -> PipelineShapes.PIPELINE)
                          .needed())));

  private DocumentShapes() {}
}
