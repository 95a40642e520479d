from pgacademy.cli import main

main()
