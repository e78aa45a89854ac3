package dev.archway.pipeline.dialect;

import static dev.archway.pipeline.dialect.Field.byType;
import static dev.archway.pipeline.dialect.Field.count;
import static dev.archway.pipeline.dialect.Field.flag;
import static dev.archway.pipeline.dialect.Field.list;
import static dev.archway.pipeline.dialect.Field.object;
import static dev.archway.pipeline.dialect.Field.text;
import static dev.archway.pipeline.dialect.Field.texts;
import static dev.archway.pipeline.dialect.Field.word;

import java.util.List;
import java.util.Map;

/**
 * A pipeline around its stages (Harness pages "Pipeline settings", "Create and configure a
 * codebase" and "Add a variable").
 */
public final class PipelineShapes {
  /** A variable of a pipeline or a stage. */
  public static final Shape.Keys VARIABLE =
      Shape.of("Variable", "A value by name, which expressions read.")
          .with(
              text(
                      "name",
                      Form.VARIABLE,
                      "Read as <+pipeline.variables.NAME> or <+stage.variables.NAME>.")
                  .needed(),
              word("type", "String where it is absent.", List.of("String", "Number", "Secret")),
              text("value", "The value; of a Secret, the secret's identifier."),
              flag("required", "Whether a run needs a value."))
          .ignores(
              "Accepted, and says nothing about the run.", "description", "default", "metadata");

  /** Which commit is built. */
  private static final Shape.Keys BUILD =
      Shape.of("CodebaseBuild", "What is checked out.")
          .with(
              word("type", "What spec names.", List.of("branch", "tag", "PR", "commitSha"))
                  .needed(),
              byType(
                      "spec",
                      "The branch, tag, pull request or commit.",
                      Map.of(
                          "branch", ref("Branch", "branch", "A branch's name."),
                          "tag", ref("Tag", "tag", "A tag's name."),
                          "PR", ref("PullRequest", "number", "A pull request's number."),
                          "commitSha", ref("CommitSha", "commitSha", "A commit's id.")))
                  .needed());

  /** What the codebase and a GitClone step have in common. */
  static final Shape.Keys REPOSITORY =
      Shape.of("Repository", "A repository to clone.")
          .with(
              text("connectorRef", "A connector of type Git.").needed(),
              text("repoName", "The repository, where the connector is of an account."),
              count(
                  "depth",
                  "How many commits are fetched, all with 0: 50 where it is absent, and all of a pull request."),
              flag(
                  "sslVerify",
                  "Whether the server's certificate is checked: true where it is absent."),
              object("build", "What is checked out.", () -> BUILD).needed(),
              word(
                  "prCloneStrategy",
                  "What is built of a pull request: its merge into its target where it is absent, or its head, which is SourceBranch.",
                  List.of("MergeCommit", "SourceBranch")))
          .with(
              flag("fetchTags", "Whether the repository's tags are fetched as well."),
              word(
                  "submoduleStrategy",
                  "Whether submodules are checked out, over HTTP alone.",
                  List.of("true", "false", "recursive")),
              texts("sparseCheckout", "The only folders that are checked out."))
          .ignores("Accepted, and says nothing about the result.", "resources", "debug")
          .refusesUnless("false", "lfs", "persistCredentials")
          .refuses("preFetchCommand");

  /** The codebase of the pipeline. */
  private static final Shape.Keys CODEBASE =
      Shape.of("Codebase", "The repository that stages clone.")
          .with(REPOSITORY)
          .refuses("cloneDirectory");

  /** An image index that the pipeline declares. */
  private static final Shape.Keys IMAGE_INDEX =
      Shape.of("ImageIndex", "An image index, made of tags that the pipeline's own steps push.")
          .with(
              text("connectorRef", "A connector of type DockerRegistry, Aws, Gcp or Azure.")
                  .needed(),
              text(
                      "repo",
                      "The repository; with a cloud's connector, whole: the registry's host and the repository.")
                  .needed(),
              tags("tags", "The index's tags."),
              tags("from", "The tags of its parts, each pushed by a step to the same repository."),
              flag(
                  "allowPartial",
                  "Whether it is published where some of its stages were not picked."));

  private static final Shape.Keys CI =
      Shape.of("CiProperties", "What the stages of type CI share.")
          .with(
              object("codebase", "The repository that stages clone.", () -> CODEBASE),
              list("imageIndexes", "Image indexes to publish.", () -> IMAGE_INDEX));

  private static final Shape.Keys PROPERTIES =
      Shape.of("Properties", "What the stages share.")
          .with(object("ci", "What the stages of type CI share.", () -> CI));

  private static final Shape.Keys FLOW_CONTROL =
      Shape.of("FlowControl", "Accepted where it is empty.").refuses("barriers");

  /** A pipeline. */
  public static final Shape.Keys PIPELINE =
      Shape.of("Pipeline", "A pipeline.")
          .with(
              text("identifier", Form.IDENTIFIER, "The pipeline's identifier.").needed(),
              text("name", "What people call it; the identifier where it is absent."),
              text("orgIdentifier", "The organisation; \"default\" where it is absent."),
              text("projectIdentifier", "The project; \"default\" where it is absent."),
              flag("allowStageExecutions", "Whether a run may pick some of the stages."),
              list("variables", "Values that expressions read.", () -> VARIABLE),
              text("timeout", Form.DURATION, "How long a run may take, such as 1h 30m."),
              object("properties", "What the stages share.", () -> PROPERTIES),
              list("stages", "The stages, one after the other.", () -> StageShapes.ENTRY).needed(),
              Field.anything(
                  "notificationRules",
                  "Whom the run tells of itself, by mail, Slack, Microsoft Teams or a webhook."),
              object("flowControl", "Accepted where it is empty.", () -> FLOW_CONTROL),
              Templates.reference())
          .ignores(
              "Accepted, and says nothing about the run.",
              "description",
              "tags",
              "delegateSelectors",
              "fixedInputsOnRerun")
          .unless("template");

  private PipelineShapes() {}

  /** Tags of an image. */
  static Field tags(String key, String about) {
    return texts(key, about).of(new Kind.Texts(new Kind.Text(Form.TAG), true)).needed();
  }

  private static Shape.Keys ref(String name, String key, String about) {
    return Shape.of("Codebase" + name, about).with(text(key, about).needed());
  }

  /** References to templates, and templates (Harness page "Templates overview"). */
  public static final class Templates {
    /** What stands below {@code template} where one is used. */
    public static final Shape.Keys REFERENCE =
        Shape.of("TemplateReference", "The template to use here; what stands beside it wins.")
            .with(
                text("templateRef", "The template's identifier.").needed(),
                text("versionLabel", "Its version, where there are several."),
                Field.anything(
                    "templateInputs", "Answers to the template's <+input>s, in its shape."),
                text("gitBranch", "Accepted, and not read."));

    private Templates() {}

    static Field reference() {
      return object("template", "The template to use here.", () -> REFERENCE).resolved();
    }
  }
}
