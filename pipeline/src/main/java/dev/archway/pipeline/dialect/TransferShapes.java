package dev.archway.pipeline.dialect;

import static dev.archway.pipeline.dialect.Field.count;
import static dev.archway.pipeline.dialect.Field.flag;
import static dev.archway.pipeline.dialect.Field.text;
import static dev.archway.pipeline.dialect.Field.texts;
import static dev.archway.pipeline.dialect.Field.wordOfAnyCase;

import java.util.List;
import java.util.Map;

/**
 * Steps that move files between the workspace and a bucket (Harness pages "Save and restore cache
 * from S3", "… from GCS", "Upload artifacts to S3", "… to GCS").
 */
final class TransferShapes {
  private static final Form BUCKET =
      new Form(
          "[a-zA-Z0-9][a-zA-Z0-9._-]{1,220}[a-zA-Z0-9]",
          "a bucket's name alone: letters, digits, ., _ and -");
  private static final Form REGION = new Form("[a-zA-Z0-9-]{1,63}", "a region such as eu-west-1");

  private static final Field[] S3 = {
    text("connectorRef", "A connector of type Aws.").needed(),
    text("bucket", BUCKET, "The bucket.").needed(),
    text("region", REGION, "Its region: us-east-1 where it is absent."),
    text("endpoint", "The store's URL, where it is not Amazon's."),
    flag("pathStyle", "Whether the bucket stands in the URL's path.")
  };

  private static final Field[] GCS = {
    text("connectorRef", "A connector of type Gcp.").needed(),
    text("bucket", BUCKET, "The bucket.").needed()
  };

  /** By type of step. */
  static final Map<String, Shape.Keys> SPECS =
      Map.of(
          "SaveCacheS3", save("SaveCacheS3Spec", S3),
          "SaveCacheGCS", save("SaveCacheGCSSpec", GCS),
          "RestoreCacheS3", restore("RestoreCacheS3Spec", S3),
          "RestoreCacheGCS", restore("RestoreCacheGCSSpec", GCS),
          "S3Upload", upload("S3UploadSpec", S3),
          "GCSUpload", upload("GCSUploadSpec", GCS));

  private TransferShapes() {}

  private static Shape.Keys step(String name, String about, Field... store) {
    return Shape.of(name, about)
        .with(store)
        .with(StepShapes.RESOURCES_FIELD, count("runAsUser", "The user's number."))
        .ignores("Accepted, and not read.", "baseImageConnectorRefs");
  }

  private static Shape.Keys save(String name, Field... store) {
    return cache(step(name, "Saves folders of the workspace in a bucket.", store))
        .with(
            texts("sourcePaths", "Folders and files of the workspace.").needed(),
            flag("override", "Whether an archive of the same key is replaced."));
  }

  private static Shape.Keys restore(String name, Field... store) {
    return cache(step(name, "Restores what was saved in a bucket.", store))
        .with(flag("failIfKeyNotFound", "Whether the step fails where there is nothing."));
  }

  private static Shape.Keys cache(Shape.Keys step) {
    return step.with(
            text("key", "The archive's name; {{ checksum \"file\" }} in it is that file's.")
                .needed(),
            wordOfAnyCase(
                "archiveFormat",
                "How it is packed: Tar where it is absent.",
                List.of("Tar", "Gzip", "Zstd")))
        .ignores(
            "Accepted: an archive keeps modes, times and links; without them it would be no cache.",
            "preserveMetadata");
  }

  private static Shape.Keys upload(String name, Field... store) {
    return step(name, "Uploads files of the workspace to a bucket.", store)
        .with(
            text("sourcePath", "A file or folder of the workspace.").needed(),
            text("target", "Where in the bucket."),
            text("stripPrefix", "What is left out of the names."));
  }
}
