using LogosActors.Samples.Chat;

// dotnet run --project samples/Chat -- --urls http://localhost:5000 --logos:listen-addresses:0=/ip4/127.0.0.1/tcp/60000
// dotnet run --project samples/Chat -- --urls http://localhost:5001 --logos:entry-nodes:0=/ip4/127.0.0.1/tcp/60000
// curl -N http://localhost:5001/rooms/lobby &
// curl http://localhost:5000/rooms/lobby -H 'Content-Type: application/json' -d '{"from":"alice","text":"hello"}'
await ChatApplication.Create(args).RunAsync();
