using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace LogosActors.Tests;

/// <summary>A private PostgreSQL server in a temporary directory, deleted at the end.</summary>
/// <remarks>Durable as in production (<c>fsync=on</c>). PostgreSQL refuses to run as root: then it runs as <c>nobody</c>.</remarks>
public sealed class PostgresCluster : IAsyncDisposable
{
    const string Superuser = "logos";

    readonly string _directory;
    readonly string _binaries;
    readonly int _port;
    int _databases;

    PostgresCluster(string directory, string binaries, int port)
    {
        _directory = directory;
        _binaries = binaries;
        _port = port;
    }

    string Data => Path.Combine(_directory, "data");

    /// <summary>Creates and starts a server.</summary>
    /// <exception cref="InvalidOperationException">PostgreSQL is not installed, or does not start.</exception>
    public static async Task<PostgresCluster> StartAsync()
    {
        var binaries = FindBinaries();
        var directory = Directory.CreateTempSubdirectory("logos-pg-").FullName;
        var cluster = new PostgresCluster(directory, binaries, FreePort());
        try
        {
            if (Environment.IsPrivilegedProcess)
                await RunAsync("chown", ["nobody", directory]);
            await cluster.RunServerToolAsync(
                "initdb", ["-D", cluster.Data, "-U", Superuser, "-A", "trust", "-E", "UTF8", "--locale=C"]);
            await cluster.StartServerAsync();
            return cluster;
        }
        catch
        {
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>Creates an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
#pragma warning disable CA2100 // The name is made here.
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    /// <summary>Starts the server again after <see cref="StopServerAsync"/>, on the same port.</summary>
    public Task StartServerAsync()
        => RunServerToolAsync(
            "pg_ctl",
            [
                "-D", Data, "-w", "-t", "300", "-l", Path.Combine(_directory, "log"), "-o",
                $"-p {_port} -k {_directory} -c listen_addresses=127.0.0.1 -c fsync=on -c shared_buffers=128MB -c max_connections=100",
                "start",
            ]);

    /// <summary>Stops the server at once, as a crash would; what was committed is there after the next start.</summary>
    public Task StopServerAsync() => RunServerToolAsync("pg_ctl", ["-D", Data, "-w", "-t", "60", "-m", "immediate", "stop"]);

    /// <summary>Ends the connection that holds the only advisory lock of a database, and has it at once, as a process that has waited for it.</summary>
    /// <returns>Releases the lock.</returns>
    public static async Task<IAsyncDisposable> TakeLockAsync(string database)
    {
        const string held = "SELECT {0} FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted = {1}";
        var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        var wait = ExecuteAsync(connection, string.Format(null, held, "pg_advisory_lock((classid::bigint << 32) | objid::bigint)", "true"));
        await using var other = new NpgsqlConnection(database + ";Pooling=false");
        await other.OpenAsync();
        for (var started = Environment.TickCount64; await ExecuteAsync(other, string.Format(null, held, "pid", "false")) is null; await Task.Delay(10))
        {
            if (Environment.TickCount64 - started > 60_000)
                throw new InvalidOperationException("Nobody waits for the lock.");
        }
        await ExecuteAsync(other, string.Format(null, held, "pg_terminate_backend(pid)", "true"));
        await wait;
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopServerAsync();
        }
        catch (InvalidOperationException)
        {
            // It was stopped already.
        }

        Directory.Delete(_directory, recursive: true);
    }

    string ConnectionString(string database) => $"Host=127.0.0.1;Port={_port};Username={Superuser};Database={database}";

    Task RunServerToolAsync(string tool, string[] arguments)
    {
        var path = Path.Combine(_binaries, tool);
        return Environment.IsPrivilegedProcess
            ? RunAsync("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", path, .. arguments])
            : RunAsync(path, arguments);
    }

    static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // The text is made above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }

    // The server inherits the tool's output: it must not be a pipe, whose end would never come.
    static async Task RunAsync(string program, string[] arguments)
    {
        var output = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Path.GetTempPath() };
            foreach (var argument in (string[])["-c", "out=$1; shift; exec \"$@\" >\"$out\" 2>&1 </dev/null", "sh", output, program, .. arguments])
                start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
                throw new InvalidOperationException(
                    $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await File.ReadAllTextAsync(output)}");
        }
        finally
        {
            File.Delete(output);
        }
    }

    static string FindBinaries()
    {
        IEnumerable<string> directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        if (Directory.Exists("/usr/lib/postgresql"))
            directories = Directory.GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(version => int.TryParse(Path.GetFileName(version), out var number) ? number : 0)
                .Select(version => Path.Combine(version, "bin"))
                .Concat(directories);
        return directories.FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "pg_ctl")))
            ?? throw new InvalidOperationException(
                "PostgreSQL is not installed (no initdb in /usr/lib/postgresql/*/bin or on PATH): apt-get install postgresql");
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
