package dev.archway.executor;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/** One bucket on a real S3 server, which takes the requests of one account only. */
public final class TestBucket {
  public static final String NAME = "caches";
  public static final String ACCESS_KEY = "AKIATEST";
  public static final String SECRET_KEY = "secret of the account";

  private final TransientNio2BlobStore objects;
  private final S3Proxy server;

  private final Unsteady unsteady;

  private TestBucket(TransientNio2BlobStore objects, Unsteady unsteady, S3Proxy server) {
    this.objects = objects;
    this.unsteady = unsteady;
    this.server = server;
  }

  /** Passes everything on, but for writes that it was told to break. */
  private static final class Unsteady extends ForwardingBlobStore {
    private final AtomicInteger breaks = new AtomicInteger();

    private Unsteady(BlobStore objects) {
      super(objects);
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream content) {
      if (breaks.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        try {
          content.skipNBytes(1000);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        throw new UncheckedIOException(new IOException("the store broke off"));
      }
      return super.putBlob(request, content);
    }
  }

  /** Has the server break off while it receives objects. */
  public void breakNextWrites(int writes) {
    unsteady.breaks.set(writes);
  }

  /**
   * Starts the server.
   *
   * @param address where it listens
   */
  public static TestBucket start(String address) throws Exception {
    TransientNio2BlobStore objects = new TransientNio2BlobStore();
    var _ = objects.createContainer(CreateBucketRequest.builder().bucket(NAME).build());
    Unsteady unsteady = new Unsteady(objects);
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(unsteady)
            .endpoint(URI.create("http://" + address + ":0"))
            .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
            .build();
    server.start();
    return new TestBucket(objects, unsteady, server);
  }

  public int port() {
    return server.getPort();
  }

  /** The names of all objects, in order. */
  public List<String> names() {
    return objects
        .list(ListObjectsV2Request.builder().bucket(NAME).maxKeys(1000).build())
        .contents()
        .stream()
        .map(S3Object::key)
        .sorted()
        .toList();
  }

  public byte[] read(String name) throws IOException {
    try (var in = objects.getBlob(GetObjectRequest.builder().bucket(NAME).key(name).build())) {
      return in.readAllBytes();
    }
  }

  public void write(String name, byte[] content) {
    var _ =
        objects.putBlob(
            PutObjectRequest.builder()
                .bucket(NAME)
                .key(name)
                .contentLength((long) content.length)
                .build(),
            new ByteArrayInputStream(content));
  }

  public void stop() throws Exception {
    server.stop();
  }
}
