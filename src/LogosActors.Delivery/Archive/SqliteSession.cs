using SQLitePCL;

namespace LogosActors.Delivery.Archive;

/// <summary>What SQLite answered when it did not do what was asked.</summary>
sealed class SqliteFailure(int code, string detail) : Exception(detail)
{
    /// <summary>The extended result code (https://sqlite.org/rescode.html).</summary>
    public int Code { get; } = code;

    /// <summary>The primary result code.</summary>
    public int PrimaryCode => Code & 0xff;
}

/// <summary>One connection to the file of a SQLite archive, used by one thread at a time.</summary>
/// <remarks>Calls SQLite's C interface: ADO.NET's command and parameter objects would cost more than an insert.</remarks>
sealed class SqliteSession : IDisposable
{
    // Pages of 4 KiB in the log before they are moved to the database: 8 MiB, some 15 ms of work. The default of 1,000 would
    // move the same index pages several times a second.
    const int CheckpointPages = 2_000;

    readonly sqlite3 _db;
    readonly List<SqliteStatement> _statements = [];

    static SqliteSession() => Batteries_V2.Init();

    SqliteSession(sqlite3 db) => _db = db;

    /// <summary>Opens a connection.</summary>
    /// <param name="path">The file, which is there unless <paramref name="flags"/> say that it is made.</param>
    /// <param name="flags">How, in SQLite's terms.</param>
    /// <param name="busyTimeout">How long to wait for another process's lock.</param>
    public static SqliteSession Open(string path, int flags, TimeSpan busyTimeout)
    {
        // NOMUTEX: the owner serialises; SQLite's own lock per call would be paid for nothing.
        var code = raw.sqlite3_open_v2(path, out var db, flags | raw.SQLITE_OPEN_NOMUTEX, vfs: null);
        if (code != raw.SQLITE_OK)
        {
            var failure = db is { IsInvalid: false }
                ? new SqliteFailure(raw.sqlite3_extended_errcode(db), raw.sqlite3_errmsg(db).utf8_to_string())
                : new SqliteFailure(code, raw.sqlite3_errstr(code).utf8_to_string());
            db?.Dispose();
            throw failure;
        }

        raw.sqlite3_extended_result_codes(db, 1);
        raw.sqlite3_busy_timeout(db, (int)busyTimeout.TotalMilliseconds);
        return new SqliteSession(db);
    }

    /// <summary>Has the file written by way of a log, so that readers and the writer do not wait for each other.</summary>
    /// <param name="survivesPowerCut">Whether what is committed survives a power cut, too.</param>
    /// <param name="cacheKibibytes">How much of the file is kept in memory.</param>
    public void UseLog(bool survivesPowerCut, int cacheKibibytes) =>
        Execute($"PRAGMA journal_mode=WAL; PRAGMA synchronous={(survivesPowerCut ? "FULL" : "NORMAL")}; PRAGMA wal_autocheckpoint={CheckpointPages}; "
            + $"PRAGMA cache_size=-{cacheKibibytes}; PRAGMA temp_store=MEMORY");

    /// <summary>Prepares a statement that lives as long as the session.</summary>
    public SqliteStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_db, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle));
        var statement = new SqliteStatement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_db, sql));

    public long QueryNumber(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_db, sql, out var handle));
        using (handle)
        {
            var code = raw.sqlite3_step(handle);
            return code == raw.SQLITE_ROW ? raw.sqlite3_column_int64(handle, 0) : throw Failure(code);
        }
    }

    public void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw Failure(code);
    }

    public SqliteFailure Failure(int code) => new(code, raw.sqlite3_errmsg(_db).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        _db.Dispose();
    }
}
