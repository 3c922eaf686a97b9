using System.Collections.Concurrent;
using LogosActors.Actors;
using SQLitePCL;

namespace LogosActors.Delivery.Archive;

/// <summary>Keeps messages in a SQLite file: the default of a single node.</summary>
/// <remarks>
/// <para>An append is one transaction; when it ends it is on the disk, and survives <c>kill -9</c> and, unless
/// <see cref="SqliteArchiveOptions.SurvivesPowerCut"/> says otherwise, a power cut. Large appends are cheaper for each
/// message. Queries go on meanwhile, beside it.</para>
/// <para>The file belongs to one archive at a time: <c>path.lock</c> says so to other processes.</para>
/// <para>The bound <see cref="RetentionPolicy.MaxSize"/> is that of the used part of the file: what a removed message took is used
/// again, the file does not shrink.</para>
/// <para>A query reads about as many index entries as its page has messages, and one more for each topic that it names, or, when it
/// names none, for each pubsub topic.</para>
/// <para>After any failure the connection in question is opened again: once the cause is gone the archive works again.</para>
/// </remarks>
public sealed class SqliteArchive : IMessageArchive
{
    // Some milliseconds: an append waits no longer than this for a retention.
    const int RowsOfStep = 500;

    readonly SqliteArchiveOptions _options;
    readonly SqliteHashIndex _hashes;
    readonly SemaphoreSlim _writing = new(1);
    readonly SemaphoreSlim _reading;
    readonly ConcurrentStack<SqliteArchiveReader> _idleReaders = [];
    SqliteWritingThread? _thread;
    FileStream? _lock;
    SqliteArchiveWriter? _writer;
    volatile bool _isInitialized;
    int _disposed;

    /// <summary>Creates an archive; touches no file yet.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public SqliteArchive(SqliteArchiveOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Validated();
        _hashes = new SqliteHashIndex(_options.MaxPendingHashes);
        _reading = new SemaphoreSlim(_options.MaxReaders);
    }

    /// <inheritdoc/>
    public Task InitializeAsync(CancellationToken cancellation = default) => WriteAsync(static _ => 0, cancellation);

    /// <inheritdoc/>
    public Task<int> AppendAsync(IReadOnlyList<ArchivedMessage> messages, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return messages.Count == 0 ? Task.FromResult(0) : WriteAsync(writer => writer.Append(messages), cancellation);
    }

    /// <inheritdoc/>
    public async Task<ArchivePage?> QueryAsync(ArchiveQuery query, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (!_isInitialized)
            await InitializeAsync(cancellation).ConfigureAwait(false);
        await _reading.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Query(query), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<long?> CountAsync(CancellationToken cancellation = default) =>
        await WriteAsync(static writer => writer.Total(), cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task CheckAsync(CancellationToken cancellation = default)
    {
        await WriteAsync(Check, cancellation).ConfigureAwait(false);
        await QueryAsync(new ArchiveQuery { Limit = 1, IncludesData = false }, cancellation).ConfigureAwait(false);
        if (!DiskSpace.IsLeft(_options.Path))
            throw Full();
    }

    /// <inheritdoc/>
    public async Task RetainAsync(RetentionPolicy policy, long now, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var removed = 0L;
        while (await WriteAsync(writer => writer.RemoveStep(policy, now, RowsOfStep), cancellation).ConfigureAwait(false) is var rows and > 0)
            removed += rows;
        for (var topic = 0L; removed > 0 && topic >= 0;)
        {
            var from = topic;
            topic = await WriteAsync(writer => writer.RemoveUnusedTopics(from, RowsOfStep), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for the calls that are under way, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _writing.WaitAsync().ConfigureAwait(false);
        if (_thread is not null)
            await _thread.DisposeAsync().ConfigureAwait(false);
        for (var i = 0; i < _options.MaxReaders; i++)
            await _reading.WaitAsync().ConfigureAwait(false);
        while (_idleReaders.TryPop(out var reader))
            reader.Dispose();
        _writer?.Dispose();
        if (_lock is not null)
            await _lock.DisposeAsync().ConfigureAwait(false);
        _writing.Dispose();
        _reading.Dispose();
    }

    async Task<T> WriteAsync<T>(Func<SqliteArchiveWriter, T> write, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            _thread ??= new SqliteWritingThread($"archive {Path.GetFileName(_options.Path)}");
            return await _thread.RunAsync(() => Write(write)).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    T Write<T>(Func<SqliteArchiveWriter, T> write)
    {
        try
        {
            _writer ??= Open();
            _isInitialized = true;
            return write(_writer);
        }
        catch (Exception e)
        {
            // Closing rolls back. A commit whose outcome is in doubt counts as failed; opening reads what is there.
            _writer?.Dispose();
            _writer = null;
            if (Explain(e) is { } explained)
                throw explained;
            throw;
        }
    }

    int Check(SqliteArchiveWriter writer)
    {
        if (File.Exists(_options.Path))
        {
            writer.TakeLock();
            return 0;
        }
        // What its connections write to nobody finds again.
        while (_idleReaders.TryPop(out var reader))
            reader.Dispose();
        throw new ArchiveException(ArchiveFailure.Unreachable, $"The file of the archive '{_options.Path}' was removed; a new one is made.");
    }

    SqliteArchiveWriter Open()
    {
        PrivateFiles.CreateDirectory(Path.GetDirectoryName(_options.Path)!);
        try
        {
            _lock ??= PrivateFiles.Open($"{_options.Path}.lock", FileMode.OpenOrCreate);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException)
        {
            throw new ArchiveException(ArchiveFailure.Locked, $"The archive '{_options.Path}' is in use by another process or archive.", e);
        }
        // SQLite gives its log and index the mode of the file.
        if (!File.Exists(_options.Path))
        {
            // A log that was left behind would be taken for the new file's.
            File.Delete($"{_options.Path}-wal");
            File.Delete($"{_options.Path}-shm");
            using (PrivateFiles.Open(_options.Path, FileMode.OpenOrCreate, FileShare.ReadWrite))
            {
            }
        }
        return new SqliteArchiveWriter(_options, _hashes);
    }

    ArchivePage? Query(ArchiveQuery query)
    {
        SqliteArchiveReader? reader = null;
        try
        {
            if (!_idleReaders.TryPop(out reader))
                reader = new SqliteArchiveReader(SqliteArchiveSchema.OpenReader(_options), _hashes);
            var page = reader.Query(query);
            if (reader.IsReusable)
                _idleReaders.Push(reader);
            else
                reader.Dispose();
            return page;
        }
        catch (Exception e)
        {
            reader?.Dispose();
            if (Explain(e) is { } explained)
                throw explained;
            throw;
        }
    }

    ArchiveException? Explain(Exception cause) => cause switch
    {
        SqliteFailure failure => Explain(failure),
        UnauthorizedAccessException or IOException => new(
            ArchiveFailure.Unreachable, $"The archive '{_options.Path}' cannot be opened or made: {cause.Message}", cause),
        _ => null,
    };

    ArchiveException Full() => new(ArchiveFailure.Full, $"The archive '{_options.Path}' failed: there is no room on its disk.");

    ArchiveException Explain(SqliteFailure failure)
    {
        var (kind, text) = failure.PrimaryCode switch
        {
            raw.SQLITE_FULL => (ArchiveFailure.Full, "there is no room on its disk"),
            raw.SQLITE_READONLY => (ArchiveFailure.ReadOnly, "it is read-only"),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => (
                ArchiveFailure.Locked, $"another process has locked it (waited {_options.BusyTimeout.TotalSeconds:0.###} s)"),
            raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_AUTH => (
                ArchiveFailure.Unreachable, $"it cannot be opened, check its directory and permissions ({failure.Message})"),
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => (ArchiveFailure.Damaged, $"it is damaged or no SQLite file ({failure.Message})"),
            raw.SQLITE_IOERR => (ArchiveFailure.Unreachable, $"it could not be read or written (I/O error {failure.Code})"),
            raw.SQLITE_TOOBIG or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH => (
                ArchiveFailure.Refused, $"it does not take a message, {failure.Message}"),
            _ => (ArchiveFailure.Other, $"{failure.Message} (SQLite {failure.Code})"),
        };
        return new(kind, $"The archive '{_options.Path}' failed: {text}.", failure);
    }
}
